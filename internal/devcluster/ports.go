package devcluster

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports are the ports of one cluster, all different.
type Ports struct {
	ZooKeeper   int               `json:"zookeeper"`
	Nimbus      int               `json:"nimbus"`
	Supervisors []SupervisorPorts `json:"supervisors"`
	UI          int               `json:"ui"`
	Logviewer   int               `json:"logviewer"`
}

// SupervisorPorts are the ports of a Supervisor and of its workers.
type SupervisorPorts struct {
	Thrift int   `json:"thrift"`
	Slots  []int `json:"slots"`
}

// slots returns the number of worker slots.
func (p *Ports) slots() int {
	all := 0
	for _, s := range p.Supervisors {
		all += len(s.Slots)
	}
	return all
}

// all returns the places of the ports.
func (p *Ports) all() []*int {
	list := []*int{&p.ZooKeeper, &p.Nimbus, &p.UI, &p.Logviewer}
	for i := range p.Supervisors {
		list = append(list, &p.Supervisors[i].Thrift)
		for j := range p.Supervisors[i].Slots {
			list = append(list, &p.Supervisors[i].Slots[j])
		}
	}
	return list
}

// FreePorts returns ports that are free now. They are below the range from which systems assign ports, so neither another
// program's ":0" nor an outgoing connection takes one before its daemon does.
func FreePorts(supervisors, slots int) (Ports, error) {
	p := Ports{Supervisors: make([]SupervisorPorts, supervisors)}
	for i := range p.Supervisors {
		p.Supervisors[i].Slots = make([]int, slots)
	}
	for _, port := range p.all() {
		free, err := p.another()
		if err != nil {
			return Ports{}, err
		}
		*port = free
	}
	return p, nil
}

// another returns a free port that is none of p.
func (p *Ports) another() (int, error) {
	taken := map[int]bool{}
	for _, port := range p.all() {
		taken[*port] = true
	}
	var failed error
	for range 1000 {
		port := 10240 + rand.IntN(32000-10240)
		if taken[port] {
			continue
		}
		if failed = free(port); failed == nil {
			return port, nil
		}
	}
	return 0, fmt.Errorf("finding free ports: %w", failed)
}

// free returns nil if a daemon can have a port. Storm's daemons bind all interfaces, and clients come over loopback: some systems
// let two programs have the same port, one on each.
func free(port int) error {
	for _, host := range []string{"", "127.0.0.1"} {
		listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			return err
		}
		if err := listener.Close(); err != nil {
			return err
		}
	}
	return nil
}
