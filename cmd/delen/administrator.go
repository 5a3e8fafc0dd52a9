package main

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/config"
)

// administrator is what the command line of an administrator says.
type administrator struct {
	connection
	tokenFile string
	json      bool
}

// tokenVariable is the variable of the environment that may have the token.
const tokenVariable = "DELEN_ADMIN_TOKEN"

// aboutToken ends the help of commands that need the token.
const aboutToken = `

The node has to know the administrator: its configuration names a file with a token
as admin_token_file, and the command needs the same token, from the file that
--token-file names or from the variable DELEN_ADMIN_TOKEN. It goes to the node as it
is: over a network that others listen on, use a tunnel. What is ordered holds until
another order, or until the node starts anew or reads its configuration anew: what
is to stay stands there.`

func (f *administrator) flags(cmd *cobra.Command) {
	f.connection.flags(cmd)
	cmd.Flags().StringVar(&f.tokenFile, "token-file", "", "the `file` with the node's token (default the variable "+tokenVariable+")")
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON object")
}

// token is the administrator's.
func (f *administrator) token() (string, error) {
	if f.tokenFile != "" {
		return config.ReadToken(f.tokenFile)
	}
	token := os.Getenv(tokenVariable)
	if token == "" {
		return "", usageError{errors.New("there is no token: name the file that has it with --token-file, or set " + tokenVariable)}
	}
	if err := config.CheckToken(token); err != nil {
		return "", errors.New(tokenVariable + " holds no token: " + err.Error())
	}
	return token, nil
}

// order connects to the node and gives an order.
func (f *administrator) order(ctx context.Context, give func(ctx context.Context, a *client.Admin) error) error {
	token, err := f.token()
	if err != nil {
		return err
	}
	c, err := f.dial(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return give(ctx, c.Admin(token))
}
