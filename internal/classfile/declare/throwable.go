package declare

// throwables are the exceptions of Java that programs throw and catch by name: superclass, then its subclasses.
var throwables = map[string][]string{
	"java.lang.Throwable": {"java.lang.Exception", "java.lang.Error"},
	"java.lang.Exception": {
		"java.lang.RuntimeException", "java.lang.ReflectiveOperationException", "java.lang.CloneNotSupportedException",
		"java.lang.InterruptedException", "java.io.IOException", "java.util.concurrent.TimeoutException",
		"java.util.concurrent.ExecutionException", "java.net.URISyntaxException", "java.security.GeneralSecurityException",
	},
	"java.lang.RuntimeException": {
		"java.lang.IllegalArgumentException", "java.lang.IllegalStateException", "java.lang.NullPointerException",
		"java.lang.IndexOutOfBoundsException", "java.lang.ClassCastException", "java.lang.ArithmeticException",
		"java.lang.UnsupportedOperationException", "java.lang.NegativeArraySizeException", "java.lang.ArrayStoreException",
		"java.lang.SecurityException", "java.util.NoSuchElementException", "java.util.ConcurrentModificationException",
		"java.util.MissingResourceException", "java.io.UncheckedIOException", "java.util.EmptyStackException",
	},
	"java.lang.IllegalArgumentException": {
		"java.lang.NumberFormatException", "java.util.regex.PatternSyntaxException", "java.util.IllegalFormatException",
	},
	"java.lang.IndexOutOfBoundsException":    {"java.lang.ArrayIndexOutOfBoundsException", "java.lang.StringIndexOutOfBoundsException"},
	"java.lang.ReflectiveOperationException": {"java.lang.ClassNotFoundException", "java.lang.NoSuchMethodException", "java.lang.NoSuchFieldException", "java.lang.InstantiationException", "java.lang.IllegalAccessException"},
	"java.io.IOException":                    {"java.io.FileNotFoundException", "java.net.MalformedURLException", "java.net.UnknownHostException", "java.io.UnsupportedEncodingException"},
	"java.lang.Error":                        {"java.lang.LinkageError", "java.lang.AssertionError", "java.lang.VirtualMachineError"},
	"java.lang.LinkageError":                 {"java.lang.ExceptionInInitializerError", "java.lang.NoClassDefFoundError", "java.lang.IncompatibleClassChangeError"},
	"java.lang.VirtualMachineError":          {"java.lang.StackOverflowError", "java.lang.OutOfMemoryError"},
}

func throwableModels() map[string]*model {
	all := map[string]*model{"java.lang.Throwable": {
		interfaces: []string{"java.io.Serializable"},
		methods: methods{
			"<init>": throwableInit, "getMessage": throwableText(throwableMessage), "getLocalizedMessage": throwableText(throwableMessage),
			"getCause": throwableText(throwableCause), "initCause": initCause, "fillInStackTrace": itself, "printStackTrace": nothing,
			"addSuppressed": nothing, "setStackTrace": nothing, "equals": identical, "hashCode": identityHash,
			"toString": func(c *call) value { panic(unknown{why: "the text of an exception"}) },
		},
	}}
	for super, names := range throwables {
		for _, name := range names {
			all[name] = &model{super: super, methods: methods{"<init>": throwableInit}}
		}
	}
	return all
}

// throwableInit keeps a message and a cause.
func throwableInit(c *call) value {
	o := typed[*object](c, c.receiver)
	for _, arg := range c.args {
		switch arg.(type) {
		case string:
			o.fields[throwableMessage] = arg
		case *object:
			o.fields[throwableCause] = arg
			if o.fields[throwableMessage] == nil && len(c.args) == 1 {
				o.fields[throwableMessage] = unknown{why: "the text of an exception"}
			}
		case unknown:
			o.fields[throwableMessage], o.fields[throwableCause] = arg, arg
		}
	}
	return nil
}

func throwableText(key string) native {
	return func(c *call) value { return typed[*object](c, c.receiver).fields[key] }
}

func initCause(c *call) value {
	typed[*object](c, c.receiver).fields[throwableCause] = c.at(0)
	return c.receiver
}
