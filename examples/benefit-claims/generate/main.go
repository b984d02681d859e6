// Command generate makes the data of the example workflow:
//
//	go run ./examples/benefit-claims/generate -out DIR [-rows 15000] [-seed 1] [-defects all|none|name,name]
//
// The folder then holds all that `plumb assess DIR` needs. README.md beside it names the defects.
package main

import (
	"log"
	"os"

	"github.com/plumbline-project/plumbline/examples/benefit-claims/claim"
	"github.com/plumbline-project/plumbline/examples/planted"
)

func main() {
	log.SetFlags(0)
	if err := planted.Run(claim.Command(), os.Args[1:], os.Stdout); err != nil {
		log.Fatalln("generate:", err)
	}
}
