package validate

func (c *checker) ignores() {}
