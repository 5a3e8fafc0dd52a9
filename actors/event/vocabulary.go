package event

// vocabulary is every event that there is.
var vocabulary = []Event{
	NodeLoading{}, NodeReady{}, NodeFailed{}, NodeStopping{}, NodeStopped{}, RuntimeLoaded{}, MachineFound{}, MachineChanged{}, ProfileForeign{}, ModelLoaded{}, ModelUnbatched{}, ActivationDoubted{},
	ConfigReloaded{}, ConfigRejected{}, PolicyChanged{}, LogLevelChanged{}, AdminRefused{}, LogDropped{},
	AppConnected{}, AppLost{}, AppUnreachable{}, DoorRefused{}, MessageUnexpected{}, WatchStarted{}, WatchEnded{},
	RequestRefused{}, RequestShed{}, RequestFailed{}, RequestEnded{},
	TenantAdded{}, TenantChanged{}, TenantRemoved{}, TenantStopped{}, TenantPaused{}, TenantResumed{}, CriterionChanged{}, CriterionRefused{}, ObjectiveRefused{},
	ObjectiveChanged{}, ObjectiveUnmet{}, ObjectiveRefusing{}, ObjectiveAnswering{}, PointChosen{}, DriftFound{}, DriftOver{}, PaceChanged{}, PlanMade{},
	AuditFound{}, AuditOver{}, SchedulerStep{}, RunTerminated{}, RunSplit{}, SlotLost{}, SlotBack{}, SlowdownLearnt{}, HeatRising{}, HeatOver{}, HeatUnknown{},
	StageRestarted{}, StageRebuilding{}, StageRebuilt{}, ActorPanicked{},
}
