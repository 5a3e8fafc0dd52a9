// An app: it sends one picture to a tenant and says what it shows.
package main

import (
	"context"
	"fmt"
	"image/png"
	"log"
	"os"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c, err := client.Dial(ctx, client.Config{Node: "127.0.0.1:8090"})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	img, err := png.Decode(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	tenant, err := c.Tenant(ctx, "doorbell")
	if err != nil {
		log.Fatal(err)
	}
	spec, err := client.PictureSpec(tenant)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := c.Infer(ctx, client.Request{
		Tenant: "doorbell",
		Inputs: []*wire.Tensor{client.Float32s("", spec.Shape(), spec.Tensor(img))},
	})
	if err != nil {
		log.Fatal(err) // a *client.Error says what to do and when to ask again
	}
	fmt.Printf("%s: exit %d (%s), confidence %.2f, %s\n", answer.Label, answer.Exit, answer.Reason, answer.Confidence, answer.Response)
}
