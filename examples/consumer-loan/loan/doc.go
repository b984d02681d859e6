// Package loan makes the example workflow: consumer-loan decisions of one year, with planted defects.
//
// Every defect is a switch. The same seed gives the same bytes on one architecture, and the same applicants whatever the switches: all draws are
// made in one fixed order or in a stream of the defect's own, and a defect only changes what is made of a draw. So a folder with a defect can be
// compared row by row with the folder without it.
//
// Without defects no column depends on sex, age or region, the score is the true chance of repayment, regions have the shares that
// plumbline.yaml declares, and training data and decisions come from one population: a null data set. That is not what real lending looks like;
// it is what a false alarm is measured on. Outcomes exist for granted loans only (selective labels), in every variant.
//
// Cost: about 0.8 KiB of memory and 2 µs per row; at most [MaxRows] rows. The package draws no real person and refuses to
// overwrite a file of the definition that is already there.
package loan
