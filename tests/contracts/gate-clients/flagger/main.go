// Command flagger calls webhooks as Flagger itself does: canaries and their webhooks come in as JSON, the error that
// Flagger sees, or null, goes out as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	flaggerv1 "github.com/fluxcd/flagger/pkg/apis/flagger/v1beta1"
	"github.com/fluxcd/flagger/pkg/controller"
)

type question struct {
	Canary  flaggerv1.Canary        `json:"canary"`
	Webhook flaggerv1.CanaryWebhook `json:"webhook"`
}

func main() {
	var questions map[string]question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		fail(err)
	}
	answers := map[string]*string{}
	for name, asked := range questions {
		answers[name] = nil
		if err := controller.CallWebhook(asked.Canary, flaggerv1.CanaryPhaseProgressing, asked.Webhook); err != nil {
			message := err.Error()
			answers[name] = &message
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
