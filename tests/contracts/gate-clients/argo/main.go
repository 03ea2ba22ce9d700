// Command argo measures with the web provider of Argo Rollouts itself: metrics come in as JSON, what Argo makes of
// each goes out as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/argoproj/argo-rollouts/metricproviders/webmetric"
	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	log "github.com/sirupsen/logrus"
)

type heard struct {
	Phase   string `json:"phase"`
	Message string `json:"message"`
	Value   string `json:"value"`
}

func measure(metric v1alpha1.Metric) (heard, error) {
	client, err := webmetric.NewWebMetricHttpClient(metric)
	if err != nil {
		return heard{}, err
	}
	parser, err := webmetric.NewWebMetricJsonParser(metric)
	if err != nil {
		return heard{}, err
	}
	provider := webmetric.NewWebMetricProvider(*log.NewEntry(log.New()), client, parser)
	measurement := provider.Run(&v1alpha1.AnalysisRun{}, metric)
	return heard{string(measurement.Phase), measurement.Message, measurement.Value}, nil
}

func main() {
	var metrics map[string]v1alpha1.Metric
	if err := json.NewDecoder(os.Stdin).Decode(&metrics); err != nil {
		fail(err)
	}
	answers := map[string]heard{}
	for name, metric := range metrics {
		answer, err := measure(metric)
		if err != nil {
			fail(fmt.Errorf("%s: %w", name, err))
		}
		answers[name] = answer
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
