// The real Argo CD in one binary, to compare Evenkeel with: which program it is stands in its name or its first argument
// (argocd-application-controller, argocd-repo-server, argocd-applicationset-controller), and `redis PORT` is the cache that
// they share, so that nothing needs to be installed beside it. The web server and its page are left out.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/alicebob/miniredis/v2"
	"github.com/spf13/cobra"
	"k8s.io/klog/v2"

	appcontroller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	applicationset "github.com/argoproj/argo-cd/v3/cmd/argocd-applicationset-controller/commands"
	reposerver "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	"github.com/argoproj/argo-cd/v3/util/log"
)

var programs = map[string]func() *cobra.Command{
	"argocd-application-controller":    appcontroller.NewCommand,
	"argocd-repo-server":               reposerver.NewCommand,
	"argocd-applicationset-controller": applicationset.NewCommand,
}

func main() {
	klog.SetLogger(log.NewLogrusLogger(log.NewWithCurrentConfig()))
	name, args := filepath.Base(os.Args[0]), os.Args[1:]
	if _, found := programs[name]; !found && len(args) > 0 {
		name, args = args[0], args[1:]
	}
	if name == "redis" && len(args) == 1 {
		serveCache("127.0.0.1:" + args[0])
		return
	}
	build, found := programs[name]
	if !found {
		fmt.Fprintln(os.Stderr, "usage: argocd PROGRAM [FLAG…] | argocd redis PORT")
		os.Exit(2)
	}
	command := build()
	command.SetArgs(args)
	if err := command.Execute(); err != nil {
		os.Exit(1)
	}
}

// serveCache answers Redis' protocol from memory until it is told to stop.
func serveCache(address string) {
	cache := miniredis.NewMiniRedis()
	if err := cache.StartAddr(address); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("redis on", cache.Addr())
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
	cache.Close()
}
