// Package logviewer reads the logs of workers: by HTTP from Storm's logviewers, or from the files of a Storm on this machine.
// It finds the component and the tasks that a line belongs to, reads the last lines of rotated files too, and follows files
// while workers move.
//
// It owns the logviewer's pages and the format of the lines. It does not know Nimbus: its callers say where the workers run.
package logviewer
