package event

// vocabulary is every event that there is.
var vocabulary = []Event{
	NodeReady{}, NodeFailed{}, NodeStopping{}, NodeStopped{}, RuntimeLoaded{}, ProfileForeign{}, ModelLoaded{}, ModelUnbatched{}, ActivationDoubted{},
	ConfigReloaded{}, ConfigRejected{}, PolicyChanged{}, AdminRefused{},
	AppConnected{}, AppLost{}, AppUnreachable{}, DoorRefused{}, MessageUnexpected{}, WatchStarted{}, WatchEnded{},
	RequestRefused{}, RequestShed{}, RequestFailed{}, RequestEnded{},
	TenantAdded{}, TenantChanged{}, TenantRemoved{}, TenantStopped{}, TenantPaused{}, TenantResumed{}, CriterionChanged{},
	ObjectiveChanged{}, ObjectiveUnmet{}, PointChosen{}, DriftFound{}, DriftOver{}, PaceChanged{}, PlanMade{},
	AuditFound{}, AuditOver{}, SchedulerStep{}, RunTerminated{}, RunSplit{}, SlotLost{}, SlotBack{}, SlowdownLearnt{}, HeatRising{}, HeatOver{}, HeatUnknown{},
	StageRestarted{}, StageRebuilding{}, StageRebuilt{}, ActorPanicked{},
}
