package pipeline

// Images are the images of the containers, by executor label (exec-train). Tasks
// of one component have one executor, and importers have no image.
func (p *Package) Images() map[string]string {
	images := map[string]string{}
	for label, executor := range mappingAt(p.spec, "deploymentSpec", "executors") {
		if image := textAt(executor, "container", "image"); image != "" {
			images[label] = image
		}
	}
	return images
}
