// Package onnxc runs models that onnxc has compiled, by the names of their
// inputs and outputs.
//
// The C compiler finds the runtime's library by CGO_LDFLAGS=-L... where it is
// not among the system's.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
package onnxc

/*
#cgo CFLAGS: -I${SRCDIR}/../include
#cgo LDFLAGS: -lonnxc-rt -lm -ldl -lpthread
#include <onnxc/session.h>
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"runtime"
	"unsafe"
)

// Error is why a call did not give outputs.
type Error struct {
	Status int    // an onnxc_status of onnxc/runtime.h; 0 where nothing was run
	Blamed string // the input, output or node that it is about, or ""
	Text   string
}

func (e *Error) Error() string { return e.Text }

const messageBytes = 512

// Library is a shared library that onnxc --emit=shared has written. Any number
// of goroutines may make sessions of it.
type Library struct {
	handle *C.onnxc_library
}

// Open loads a library with one model.
func Open(path string) (*Library, error) { return OpenModel(path, "", "") }

// OpenModel loads one of several models, whose prefix is not empty, or one whose
// weights are in a file that does not lie beside it.
func OpenModel(path, prefix, weights string) (*Library, error) {
	texts := [3]*C.char{}
	for i, text := range []string{path, prefix, weights} {
		if i == 0 || text != "" {
			texts[i] = C.CString(text)
			defer C.free(unsafe.Pointer(texts[i]))
		}
	}
	message := (*C.char)(C.malloc(messageBytes))
	defer C.free(unsafe.Pointer(message))
	handle := C.onnxc_library_open(texts[0], texts[1], texts[2], message, messageBytes)
	if handle == nil {
		return nil, &Error{Status: C.ONNXC_IO_ERROR, Text: C.GoString(message)}
	}
	library := &Library{handle}
	runtime.SetFinalizer(library, func(l *Library) { C.onnxc_library_close(l.handle) })
	return library, nil
}

// Session is a model with the memory that it runs in. One goroutine at a time
// may use it.
type Session struct {
	library         *Library
	handle          *C.onnxc_session
	inputs, outputs []Info
	numbers         map[string]C.int32_t // of the inputs
}

// NewSession makes a session whose runs take so many threads, 0 for all CPUs.
func (l *Library) NewSession(threads int) (*Session, error) {
	message := (*C.char)(C.malloc(messageBytes))
	defer C.free(unsafe.Pointer(message))
	handle := C.onnxc_session_create(C.onnxc_library_model(l.handle),
		C.onnxc_library_weights(l.handle), message, messageBytes)
	if handle == nil {
		return nil, &Error{Status: C.ONNXC_BAD_ABI, Text: C.GoString(message)}
	}
	session := &Session{library: l, handle: handle, numbers: map[string]C.int32_t{}}
	session.inputs = session.describe(C.ONNXC_IS_INPUT)
	session.outputs = session.describe(C.ONNXC_IS_OUTPUT)
	for i, info := range session.inputs {
		session.numbers[info.Name] = C.int32_t(i)
	}
	runtime.SetFinalizer(session, (*Session).Close)
	if threads != 1 {
		if err := session.check(C.onnxc_session_use_threads(handle, C.int32_t(threads))); err != nil {
			return nil, err
		}
	}
	return session, nil
}

// Close gives the memory back. Without it the garbage collector does.
func (s *Session) Close() {
	C.onnxc_session_destroy(s.handle)
	s.handle = nil
	runtime.SetFinalizer(s, nil)
}

// Info is what the model says of an input or output.
type Info struct {
	Name        string
	Dtype       Dtype
	Rank        int
	Description string // "float32 [batch, 8, 8]"
}

// Inputs of the model.
func (s *Session) Inputs() []Info { return s.inputs }

// Outputs of the model.
func (s *Session) Outputs() []Info { return s.outputs }

func (s *Session) describe(isOutput C.int32_t) []Info {
	infos := make([]Info, C.onnxc_session_count(s.handle, isOutput))
	for i := range infos {
		number := C.int32_t(i)
		infos[i] = Info{
			Name:        C.GoString(C.onnxc_session_name(s.handle, isOutput, number)),
			Dtype:       Dtype(C.onnxc_session_dtype(s.handle, isOutput, number)),
			Rank:        int(C.onnxc_session_rank(s.handle, isOutput, number)),
			Description: C.GoString(C.onnxc_session_describe(s.handle, isOutput, number)),
		}
	}
	return infos
}

// Run runs the model on a tensor for each of its inputs. What it gives does not
// change with later runs.
func (s *Session) Run(inputs map[string]*Tensor) (map[string]*Tensor, error) {
	defer runtime.KeepAlive(s)
	if s.handle == nil {
		return nil, &Error{Text: "the session is closed"}
	}
	C.onnxc_session_forget(s.handle)
	for name, tensor := range inputs {
		if err := s.set(name, tensor); err != nil {
			return nil, err
		}
	}
	if err := s.check(C.onnxc_session_run(s.handle)); err != nil {
		return nil, err
	}
	outputs := map[string]*Tensor{}
	for i, info := range s.outputs {
		outputs[info.Name] = s.get(C.int32_t(i), info)
	}
	return outputs, nil
}

func (s *Session) check(status C.int32_t) error {
	if status == C.ONNXC_OK {
		return nil
	}
	e := &Error{Status: int(status), Text: C.GoString(C.onnxc_session_message(s.handle))}
	if blamed := C.onnxc_session_blamed(s.handle); blamed != nil {
		e.Blamed = C.GoString(blamed)
	}
	return e
}

func (s *Session) set(name string, tensor *Tensor) error {
	number, isKnown := s.numbers[name]
	if !isKnown {
		text := C.CString(name)
		defer C.free(unsafe.Pointer(text))
		C.onnxc_session_find(s.handle, C.ONNXC_IS_INPUT, text) // writes the message
		return s.check(C.ONNXC_BAD_INPUT_COUNT)
	}
	if tensor == nil {
		return &Error{Blamed: name, Text: fmt.Sprintf("input '%s': it is nil", name)}
	}
	if err := s.check(C.onnxc_session_set(s.handle, number, C.int32_t(tensor.Dtype),
		C.int32_t(len(tensor.Shape)), (*C.int64_t)(first(tensor.Shape)), nil)); err != nil {
		return err
	}
	count := int(C.onnxc_session_elements(s.handle, C.ONNXC_IS_INPUT, number))
	elements, held, size := tensor.memory()
	if held != count {
		return &Error{C.ONNXC_BAD_INPUT_SHAPE, name,
			fmt.Sprintf("input '%s': it has %d elements, its shape takes %d", name,
				held, count)}
	}
	if texts, ok := tensor.data.([]string); ok {
		return s.setStrings(number, texts)
	}
	bytes := int(C.onnxc_session_bytes(s.handle, C.ONNXC_IS_INPUT, number))
	if bytes != count*size {
		return &Error{C.ONNXC_BAD_INPUT_TYPE, name,
			fmt.Sprintf("input '%s': %T does not hold its type", name, tensor.data)}
	}
	memory := C.onnxc_session_data(s.handle, C.ONNXC_IS_INPUT, number)
	copy(unsafe.Slice((*byte)(memory), bytes), unsafe.Slice((*byte)(elements), bytes))
	return nil
}

func (s *Session) setStrings(number C.int32_t, texts []string) error {
	lengths := make([]int64, len(texts))
	var all []byte
	for i, text := range texts {
		lengths[i] = int64(len(text))
		all = append(all, text...)
	}
	return s.check(C.onnxc_session_set_strings(s.handle, number, C.int64_t(len(texts)),
		(*C.int64_t)(first(lengths)), (*C.char)(first(all))))
}

func (s *Session) get(number C.int32_t, info Info) *Tensor {
	shape := make([]int64, info.Rank)
	for d := range shape {
		shape[d] = int64(C.onnxc_session_dim(s.handle, C.ONNXC_IS_OUTPUT, number, C.int32_t(d)))
	}
	count := int(C.onnxc_session_elements(s.handle, C.ONNXC_IS_OUTPUT, number))
	if info.Dtype == String {
		return &Tensor{info.Dtype, shape, s.getStrings(number, count)}
	}
	tensor := &Tensor{info.Dtype, shape, makeElements(info.Dtype, count)}
	bytes := int(C.onnxc_session_bytes(s.handle, C.ONNXC_IS_OUTPUT, number))
	memory := C.onnxc_session_data(s.handle, C.ONNXC_IS_OUTPUT, number)
	elements, _, _ := tensor.memory()
	copy(unsafe.Slice((*byte)(elements), bytes), unsafe.Slice((*byte)(memory), bytes))
	return tensor
}

func (s *Session) getStrings(number C.int32_t, count int) []string {
	lengths := make([]int64, count)
	all := make([]byte, C.onnxc_session_get_strings(s.handle, number, nil, nil))
	C.onnxc_session_get_strings(s.handle, number, (*C.int64_t)(first(lengths)),
		(*C.char)(first(all)))
	texts := make([]string, count)
	for i, length := range lengths {
		texts[i] = string(all[:length])
		all = all[length:]
	}
	return texts
}

// first is the address of a slice's elements, nil where there are none.
func first[T any](slice []T) unsafe.Pointer {
	if len(slice) == 0 {
		return nil
	}
	return unsafe.Pointer(&slice[0])
}
