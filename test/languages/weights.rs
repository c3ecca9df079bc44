// weights.rs: a model whose weights are in a file; then one that is none.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
mod digits;

use std::path::Path;

fn main() {
    let files: Vec<String> = std::env::args().skip(1).collect();
    for file in &files {
        let result = digits::Model::new(Path::new(file)).and_then(|mut model| {
            let inputs = digits::Inputs { image: &[0.0; 64] };
            model.run(&digits::Dims { batch: 1 }, &inputs)
        });
        match result {
            Ok(outputs) => println!("scores {:?}", outputs.scores.shape),
            Err(error) => println!("{}", error),
        }
    }
}
