package actors

// InHouse is how many bytes of messages have come through the node's door and have not ended.
func (n *Node) InHouse() int { return n.door.InHouse() }
