// Package java does what Java and its libraries do: hash codes, java.util.Random, the order of strings and of a HashMap,
// modified UTF-8, the Java Object Serialization stream, and json-smart's reading of JSON.
//
// It knows nothing about Storm. Its callers know which classes and values Storm uses.
package java
