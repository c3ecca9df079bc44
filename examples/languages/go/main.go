// main.go: reads handwritten digits, in Go.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
package main

import (
	"bufio"
	"fmt"
	"log"
	"math"
	"os"

	"onnxc"
)

// readPictures gives the digits of a file and their pictures' points.
func readPictures(path string) (labels []int64, points []float32) {
	file, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	for reader := bufio.NewReader(file); ; {
		var label int64
		if _, err := fmt.Fscan(reader, &label); err != nil {
			return
		}
		labels = append(labels, label)
		for i := 0; i < 64; i++ {
			var point float32
			fmt.Fscan(reader, &point)
			points = append(points, point)
		}
	}
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
	labels, points := readPictures(os.Args[2])
	count := int64(len(labels))

	image := onnxc.NewTensor(points, count, 8, 8)
	found, err := session.Run(map[string]*onnxc.Tensor{"image": image})
	if err != nil {
		log.Fatal(err)
	}
	digits, _ := onnxc.Data[int64](found["digit"])
	scores, _ := onnxc.Data[float32](found["scores"])

	right := 0
	for i, label := range labels {
		if digits[i] == label {
			right++
		}
	}
	fmt.Printf("%d of %d digits are right\n", right, count)
	for i, label := range labels {
		if digits[i] != label {
			percent := math.Round(float64(100 * scores[10*i+int(digits[i])]))
			fmt.Printf("line %d is a %d, read as %d with %v %%\n", i+1, label, digits[i], percent)
		}
	}

	// What does not fit is refused before anything runs.
	flat := onnxc.NewTensor(points, count, 64)
	if _, err := session.Run(map[string]*onnxc.Tensor{"image": flat}); err != nil {
		fmt.Println(err)
	}
}
