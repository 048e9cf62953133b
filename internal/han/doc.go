// Package han is Chinese text: folding, scripts, readings, names, search tokens.
package han
