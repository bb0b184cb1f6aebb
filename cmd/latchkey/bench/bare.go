package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"

	bigcitygen "latchkey/openapi/gen/bigcity"
	bridgekeepergen "latchkey/openapi/gen/bridgekeeper"
	goodcitygen "latchkey/openapi/gen/goodcity"
)

// bareArgument makes this program the bare handler instead of the bench.
const bareArgument = "-bare-handler"

// bareOrders is what the bare handler is told on its standard input.
type bareOrders struct {
	Key          []byte                           `json:"key"`
	BigCity      bigcitygen.CustomerPointsReply   `json:"bigcity"`
	GoodCity     goodcitygen.GoodCityUser         `json:"goodcity"`
	Bridgekeeper bridgekeepergen.CurrentUserReply `json:"bridgekeeper"`
}

// serveBare is what Gin and jwx cost by themselves: a handler that verifies an HS256 token and writes the reply that the server
// gives. It prints its address and ends with its standard input.
func serveBare() error {
	var orders bareOrders
	if err := json.NewDecoder(os.Stdin).Decode(&orders); err != nil {
		return fmt.Errorf("read orders: %w", err)
	}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.GET("/healthz", func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "ok"}) })
	engine.GET("/bigcity", answerBare(orders.Key, orders.BigCity))
	engine.GET("/goodcity", answerBare(orders.Key, orders.GoodCity))
	engine.GET("/bridgekeeper", answerBare(orders.Key, orders.Bridgekeeper))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return http.Serve(listener, engine)
}

func answerBare(key []byte, reply any) gin.HandlerFunc {
	return func(c *gin.Context) {
		token, _ := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer ")
		if _, err := jwt.Parse([]byte(token), jwt.WithKey(jwa.HS256, key)); err != nil {
			c.JSON(http.StatusUnauthorized, gin.H{"error": "Invalid token"})
			return
		}
		c.JSON(http.StatusOK, reply)
	}
}

// bare is the bare handler's process and what it is asked, by dialect.
type bare struct {
	*process
	requests map[*dialect][]byte
}

// startBare starts the bare handler with the replies and the claims that the server gives.
func startBare(ctx context.Context, dir string, w *world) (*bare, error) {
	orders := bareOrders{Key: make([]byte, 32)}
	_, _ = rand.Read(orders.Key) // never fails, says its documentation
	b := &bare{requests: map[*dialect][]byte{}}
	for d, into := range map[*dialect]any{bigcity: &orders.BigCity, goodcity: &orders.GoodCity, bridgekeeper: &orders.Bridgekeeper} {
		logins, err := w.logIns(d, 1)
		if err != nil {
			return nil, err
		}
		if err := w.read(d, logins[0], into); err != nil {
			return nil, err
		}
		token, err := signAgain(logins[0].token, orders.Key)
		if err != nil {
			return nil, err
		}
		b.requests[d] = request("GET", "/"+d.name, bearer(token), "")
	}
	binary, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, binary, bareArgument)
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if b.process, err = launch(ctx, command, filepath.Join(dir, "bare.log")); err != nil {
		return nil, err
	}
	if err := json.NewEncoder(input).Encode(orders); err != nil {
		return nil, err
	}
	address, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the bare handler did not start: %s", b.said())
	}
	b.address = strings.TrimSpace(address)
	return b, nil
}

// close ends the handler.
func (b *bare) close() {
	if b != nil && b.process != nil {
		_ = b.command.Process.Kill()
		<-b.exited
	}
}

// reading is the operation beside which the server's of that dialect is measured.
func (b *bare) reading(d *dialect, workers int) *operation {
	o := &operation{name: "bare " + d.name, kind: baselines, on: b.process}
	for range workers {
		o.steps = append(o.steps, func(c *conn) error {
			_, err := c.ask(b.requests[d], http.StatusOK)
			return err
		})
	}
	return o
}

// signAgain makes a token of the same claims under another key.
func signAgain(token string, key []byte) (string, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", fmt.Errorf("a token in %d parts", len(parts))
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", fmt.Errorf("read token: %w", err)
	}
	headers := jws.NewHeaders()
	if err := headers.Set(jws.TypeKey, "JWT"); err != nil {
		return "", err
	}
	again, err := jws.Sign(payload, jws.WithKey(jwa.HS256, key, jws.WithProtectedHeaders(headers)))
	return string(again), err
}
