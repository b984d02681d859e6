// Package regime is the catalogue of what is asked of a workflow: instruments and their articles, controls with thresholds,
// bodies of requirements, and the risk matrix.
//
// The catalogue is data, embedded from data/*.yaml; no rule of law stands in code. [Load] reads it strictly, and a catalogue
// that loads is sound: each text is there in both languages, each reference leads somewhere, ids are unique, lists are closed,
// and the bands of a threshold begin at it and lead away from it. [Catalog.At] gives the catalogue of a day.
//
// Files: instruments.yaml (instruments with their articles in our own words, and where facts of them were seen),
// controls/<family>.yaml, regimes/<id>.yaml, matrix.yaml. Instruments stand in the order of their file, controls in the order
// of their ids. SHA256 covers the names and bytes of all files in the order of their names.
//
// It refuses what is uncertain: confidence is S (seen in a named source) or K (background knowledge), and nothing else is
// shipped. It refuses a threshold without a reason, and a mapping that hides that an article does not apply yet. It judges
// nothing and claims no conformity: a mapping says what a control may support.
package regime
