package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/console"
)

func (a *app) listCommand() *cobra.Command {
	var flags clusterFlags
	var asJSON func() bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the topologies of a cluster",
		Example: `  stormflux list --nimbus nimbus1
  stormflux list -e prod --format json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := a.connectAlone(cmd.Context(), &flags)
			if err != nil {
				return err
			}
			defer client.Close()
			list, err := client.List(cmd.Context())
			if err != nil {
				return environmentError(err)
			}
			type topology struct {
				Name      string `json:"name"`
				ID        string `json:"id"`
				Status    string `json:"status"`
				Uptime    int32  `json:"uptime_secs"`
				Workers   int32  `json:"workers"`
				Executors int32  `json:"executors"`
				Tasks     int32  `json:"tasks"`
				Owner     string `json:"owner,omitempty"`
			}
			all := make([]topology, 0, len(list))
			for _, t := range list {
				all = append(all, topology{t.Name, t.ID, t.Status, t.UptimeSecs, t.NumWorkers, t.NumExecutors, t.NumTasks, t.GetOwner()})
			}
			if asJSON() {
				return a.printJSON(all)
			}
			t := console.NewTable("NAME", "STATUS", "UPTIME", "WORKERS", "EXECUTORS", "TASKS", "ID")
			for _, x := range all {
				t.Row(x.Name, x.Status, (time.Duration(x.Uptime) * time.Second).String(),
					x.Workers, x.Executors, x.Tasks, x.ID)
			}
			return a.print(t.String())
		},
	}
	asJSON = formatFlag(cmd)
	flags.add(cmd)
	flags.addEnvironment(cmd)
	return cmd
}
