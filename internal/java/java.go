// Package java knows what Java does: hash codes, java.util.Random, the order of strings and of a HashMap, modified UTF-8,
// and the Java Object Serialization stream.
//
// It knows nothing of Storm: which classes and values Storm uses is known where Storm is.
package java
