// custom.rs: a model without free dimensions, one of whose nodes is C's.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
mod custom;

fn main() {
    let mut model = custom::Model::new().unwrap();
    for x in [[1.0, 2.0], [-1.0, 2.0]] {
        match model.run(&custom::Inputs { x: &x }) {
            Ok(outputs) => println!("{:?}", outputs.y.data),
            Err(error) => println!("{}", error),
        }
    }
}
