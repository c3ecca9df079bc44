// main.go: prints what parts_model.py expects, in Go.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
package main

import (
	"fmt"
	"log"
	"os"
	"strings"

	"onnxc"
)

type tensors = map[string]*onnxc.Tensor

var points = []float32{1, 2, 3, 4, 5, 0}

func first() tensors {
	return tensors{
		"x":      onnxc.NewTensor(points, 2, 3),
		"at":     onnxc.NewTensor([]int64{1, 0}, 2),
		"words":  onnxc.NewTensor([]string{"one", "Zwei drei", "sch\u00f6n"}, 3),
		"flags":  onnxc.NewTensor([]bool{true, false}, 2),
		"halves": onnxc.NewTensorOf(onnxc.Float16, []uint16{0x3c00, 0xc000}, 2),
		"ints":   onnxc.NewTensor([]int32{7, -8}, 2, 1),
	}
}

func empty() tensors {
	return tensors{
		"x":      onnxc.NewTensor(make([]float32, 3), 1, 3),
		"at":     onnxc.NewTensor([]int64{}, 0),
		"words":  onnxc.NewTensor([]string{}, 0),
		"flags":  onnxc.NewTensor([]bool{}, 0),
		"halves": onnxc.NewTensorOf(onnxc.Float16, []uint16{0, 0}, 2),
		"ints":   onnxc.NewTensor([]int32{0}, 1, 1),
	}
}

func with(name string, tensor *onnxc.Tensor) tensors {
	inputs := first()
	inputs[name] = tensor
	return inputs
}

func list[T onnxc.Element](t *onnxc.Tensor, separator string) string {
	data, err := onnxc.Data[T](t)
	if err != nil {
		log.Fatal(err)
	}
	texts := []string{}
	for _, element := range data {
		text := fmt.Sprint(element)
		texts = append(texts, strings.NewReplacer("true", "1", "false", "0").Replace(text))
	}
	return strings.Join(texts, separator)
}

func show(name string, t *onnxc.Tensor) {
	text := ""
	switch t.Dtype {
	case onnxc.Float32:
		text = list[float32](t, " ")
	case onnxc.Float64:
		text = list[float64](t, " ")
	case onnxc.Int64:
		text = list[int64](t, " ")
	case onnxc.Int32:
		text = list[int32](t, " ")
	case onnxc.Bool:
		text = list[bool](t, " ")
	case onnxc.Float16:
		text = list[uint16](t, " ")
	default:
		text = list[string](t, "|")
	}
	sizes := strings.ReplaceAll(strings.Trim(fmt.Sprint(t.Shape), "[]"), " ", ", ")
	fmt.Println(strings.TrimSpace(fmt.Sprintf("%s [%s]: %s", name, sizes, text)))
}

func showAll(session *onnxc.Session, inputs tensors) {
	outputs, err := session.Run(inputs)
	if err != nil {
		log.Fatal(err)
	}
	for _, info := range session.Outputs() {
		show(info.Name, outputs[info.Name])
	}
}

func refuseAll(session *onnxc.Session) {
	more, fewer := first(), first()
	more["y"] = more["x"]
	delete(fewer, "at")
	double := []float64{1, 2, 3, 4, 5, 0}
	for _, bad := range []struct {
		what   string
		inputs tensors
	}{
		{"name", more},
		{"type", with("x", onnxc.NewTensor(double, 2, 3))},
		{"shape", with("x", onnxc.NewTensor(make([]float32, 8), 2, 4))},
		{"rank", with("x", onnxc.NewTensor(points, 6))},
		{"missing", fewer},
		{"sizes", with("flags", onnxc.NewTensor(make([]bool, 3), 3))},
		{"run", with("ints", onnxc.NewTensor([]int32{1, 2, 3}, 3, 1))},
		{"count", with("x", onnxc.NewTensor(points, 3, 3))},
	} {
		_, err := session.Run(bad.inputs)
		refuse(bad.what, err, bad.what != "count")
	}
	outputs, _ := session.Run(first())
	_, err := onnxc.Data[float64](outputs["rows"])
	refuse("read", err, false)
	_, err = onnxc.Open("/dev/null")
	refuse("file", err, false)
}

func refuse(what string, err error, sayWords bool) {
	switch {
	case err == nil:
		fmt.Println(what + ": taken")
	case sayWords:
		fmt.Println(what + ": " + err.Error())
	default:
		fmt.Println(what + ": refused")
	}
}

// runOften runs a session of its own on its own numbers.
func runOften(library *onnxc.Library, factor float32, done chan bool) {
	session, err := library.NewSession(1)
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()
	scaled := []float32{}
	for _, point := range points {
		scaled = append(scaled, factor*point)
	}
	isRight := true
	for i := 0; i < 200; i++ {
		outputs, err := session.Run(with("x", onnxc.NewTensor(scaled, 2, 3)))
		if err != nil {
			log.Fatal(err)
		}
		rows, _ := onnxc.Data[float32](outputs["rows"])
		isRight = isRight && rows[0] == 4*factor
	}
	done <- isRight
}

func say(what string, isRight bool) {
	fmt.Println(what + map[bool]string{true: ": right", false: ": wrong"}[isRight])
}

func main() {
	library, err := onnxc.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	session, err := library.NewSession(1)
	if err != nil {
		log.Fatal(err)
	}
	for _, info := range session.Inputs() {
		fmt.Printf("input %s: %s\n", info.Name, info.Description)
	}
	for _, info := range session.Outputs() {
		fmt.Printf("output %s: %s\n", info.Name, info.Description)
	}
	showAll(session, first())
	showAll(session, empty())
	refuseAll(session)
	outputs, _ := session.Run(first())
	show("rows", outputs["rows"])

	done := make(chan bool)
	go runOften(library, 2, done)
	go runOften(library, 3, done)
	one, other := <-done, <-done
	say("threads", one && other)
	pool, err := library.NewSession(2)
	if err != nil {
		log.Fatal(err)
	}
	outputs, _ = pool.Run(first())
	rows, _ := onnxc.Data[float32](outputs["rows"])
	say("pool", rows[0] == 4)
}
