package validate

func (c *checker) graph() {}
