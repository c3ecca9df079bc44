// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
package onnxc

import (
	"fmt"
	"unsafe"
)

// Dtype is an element type, numbered as in onnx.TensorProto.DataType.
type Dtype int32

// The types that Go has, and those that are held as their bits.
const (
	Float32    Dtype = 1
	Uint8      Dtype = 2
	Int8       Dtype = 3
	Uint16     Dtype = 4
	Int16      Dtype = 5
	Int32      Dtype = 6
	Int64      Dtype = 7
	String     Dtype = 8
	Bool       Dtype = 9
	Float16    Dtype = 10 // uint16
	Float64    Dtype = 11
	Uint32     Dtype = 12
	Uint64     Dtype = 13
	Complex64  Dtype = 14
	Complex128 Dtype = 15
	Bfloat16   Dtype = 16 // uint16
	Uint4      Dtype = 21 // uint8, one an element
	Int4       Dtype = 22 // int8, one an element
	Uint2      Dtype = 25
	Int2       Dtype = 26
)

// Element is what a slice of elements may have.
type Element interface {
	float32 | float64 | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 |
		uint64 | bool | complex64 | complex128 | string
}

// Tensor has elements row by row, the last dimension innermost.
type Tensor struct {
	Dtype Dtype
	Shape []int64
	data  any
}

// NewTensor is a tensor of a type that Go has. The elements are not copied.
func NewTensor[T Element](data []T, shape ...int64) *Tensor {
	return NewTensorOf(dtypeOf(data), data, shape...)
}

// NewTensorOf is a tensor of another type, whose elements are held as their
// bits: Float16 by uint16.
func NewTensorOf[T Element](dtype Dtype, data []T, shape ...int64) *Tensor {
	return &Tensor{dtype, shape, data}
}

// Data is a tensor's elements; an error where they are held by another type.
func Data[T Element](t *Tensor) ([]T, error) {
	if t == nil {
		return nil, &Error{Text: "there is no such tensor"}
	}
	data, ok := t.data.([]T)
	if !ok {
		return nil, &Error{Text: fmt.Sprintf("the elements are %T, not %T", t.data, data)}
	}
	return data, nil
}

func dtypeOf(data any) Dtype {
	switch data.(type) {
	case []float32:
		return Float32
	case []float64:
		return Float64
	case []int8:
		return Int8
	case []int16:
		return Int16
	case []int32:
		return Int32
	case []int64:
		return Int64
	case []uint8:
		return Uint8
	case []uint16:
		return Uint16
	case []uint32:
		return Uint32
	case []uint64:
		return Uint64
	case []bool:
		return Bool
	case []complex64:
		return Complex64
	case []complex128:
		return Complex128
	}
	return String
}

// makeElements makes the slice that holds elements of a type.
func makeElements(dtype Dtype, count int) any {
	switch dtype {
	case Float32:
		return make([]float32, count)
	case Float64:
		return make([]float64, count)
	case Int8, Int4, Int2:
		return make([]int8, count)
	case Int16:
		return make([]int16, count)
	case Int32:
		return make([]int32, count)
	case Int64:
		return make([]int64, count)
	case Uint16, Float16, Bfloat16:
		return make([]uint16, count)
	case Uint32:
		return make([]uint32, count)
	case Uint64:
		return make([]uint64, count)
	case Bool:
		return make([]bool, count)
	case Complex64:
		return make([]complex64, count)
	case Complex128:
		return make([]complex128, count)
	}
	return make([]uint8, count)
}

// memory is the address and the number of the elements, and a size of one.
func (t *Tensor) memory() (unsafe.Pointer, int, int) {
	switch data := t.data.(type) {
	case []float32:
		return first(data), len(data), 4
	case []float64:
		return first(data), len(data), 8
	case []int8:
		return first(data), len(data), 1
	case []int16:
		return first(data), len(data), 2
	case []int32:
		return first(data), len(data), 4
	case []int64:
		return first(data), len(data), 8
	case []uint8:
		return first(data), len(data), 1
	case []uint16:
		return first(data), len(data), 2
	case []uint32:
		return first(data), len(data), 4
	case []uint64:
		return first(data), len(data), 8
	case []bool:
		return first(data), len(data), 1
	case []complex64:
		return first(data), len(data), 8
	case []complex128:
		return first(data), len(data), 16
	case []string:
		return nil, len(data), 0
	}
	return nil, 0, 0
}
