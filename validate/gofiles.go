package validate

func (c *checker) goFiles(k *component) {}
