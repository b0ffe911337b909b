package leftright_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/internal/leftright"
)

func Example() {
	ages := leftright.New(&map[string]int{}, &map[string]int{})
	ages.Write(func(m *map[string]int) { (*m)["Ada"] = 36 })
	ages.Reader().Read(func(m *map[string]int) { fmt.Println((*m)["Ada"]) })
	// Output: 36
}
