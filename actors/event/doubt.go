package event

// ActivationDoubted says that the rows of an exit are not what the model's activation says: with "softmax" all of the first ones
// were probabilities already, with "none" one was none. Confidences, and what a profile promises by them, are wrong. It comes
// once for each model. Change activation in the model block, and measure the model again if its profile was made like that.
type ActivationDoubted struct {
	Model      string // its name in the configuration
	Exit       string // where it was noticed first
	Activation string // that the configuration says
	Advice     string // what to write instead, and why
}

func (ActivationDoubted) kind() kind { return kind{"activation.doubted", warn, always} }
