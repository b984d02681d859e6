package plumbline

// Workflow is the governed object: an AI workflow with its purpose and its owner.
type Workflow struct {
	ID      string `json:"id"`
	Title   Text   `json:"title"`
	Purpose Text   `json:"purpose,omitzero"`
	Sector  string `json:"sector"` // finance, health, public-services, employment, education, other
	Owner   Person `json:"owner,omitzero"`
}

// Person is somebody who answers for something.
type Person struct {
	Name string `json:"name"`
	Role string `json:"role,omitempty"`
}
