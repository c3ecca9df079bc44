// parts.rs: prints of two models in one program what run_languages.py expects.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
mod digits;
mod parts;

use std::fmt::Display;

const X: [f32; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 0.0];
const WORDS: [&[u8]; 3] = [b"one", b"Zwei drei", "sch\u{f6}n".as_bytes()];
const DIMS: parts::Dims = parts::Dims { n: 2, k: 2, m: 3, j: 2 };

fn first(x: &[f32]) -> parts::Inputs<'_> {
    parts::Inputs {
        x,
        at: &[1, 0],
        words: &WORDS,
        flags: &[true, false],
        halves: &[0x3c00, 0xc000],
        ints: &[7, -8],
    }
}

fn print<T: Display, const RANK: usize>(name: &str, tensor: &parts::Tensor<T, RANK>) {
    let texts: Vec<String> = tensor.data.iter().map(T::to_string).collect();
    println!("{}", format!("{} {:?}: {}", name, tensor.shape, texts.join(" ")).trim());
}

fn print_all(outputs: &parts::Outputs) {
    print("rows", &outputs.rows);
    print("places", &outputs.places);
    let texts: Vec<_> = outputs.joined.data.iter().map(|t| String::from_utf8_lossy(t)).collect();
    println!("{}", format!("joined {:?}: {}", outputs.joined.shape, texts.join("|")).trim());
    let turned: Vec<u8> = outputs.turned.data.iter().map(|&x| x as u8).collect();
    print("turned", &parts::Tensor { data: turned, shape: outputs.turned.shape });
    print("doubled", &outputs.doubled);
    print("negated", &outputs.negated);
    print("wide", &outputs.wide);
}

fn refuse<T>(what: &str, result: Result<T, parts::Error>) {
    match result {
        Ok(_) => println!("{}: taken", what),
        Err(error) => println!("{}: {}", what, error),
    }
}

/// Runs a model of its own on its own numbers.
fn run_often(mut model: parts::Model, factor: f32) -> bool {
    let scaled = X.map(|x| factor * x);
    let mut outputs = parts::Outputs::default();
    (0..200).all(|_| {
        model.run_into(&DIMS, &first(&scaled), &mut outputs).is_ok()
            && outputs.rows.data[0] == 4.0 * factor
    })
}

fn say(what: &str, is_right: bool) {
    println!("{}: {}", what, if is_right { "right" } else { "wrong" });
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut model = parts::Model::new()?;
    print_all(&model.run(&DIMS, &first(&X))?);
    let none = parts::Inputs {
        x: &[0.0; 3],
        at: &[],
        words: &[],
        flags: &[],
        halves: &[0, 0],
        ints: &[0],
    };
    print_all(&model.run(&parts::Dims { n: 1, k: 0, m: 0, j: 1 }, &none)?);

    let mut bad = first(&X);
    bad.flags = &[true; 3];
    refuse("sizes", model.run(&DIMS, &bad));
    bad = first(&X);
    bad.ints = &[1, 2, 3];
    refuse("run", model.run(&parts::Dims { j: 3, ..DIMS }, &bad));
    refuse("count", model.run(&DIMS, &first(&X[1..])));
    refuse("overflow", model.run(&parts::Dims { n: usize::MAX, ..DIMS }, &first(&X)));
    print("rows", &model.run(&DIMS, &first(&X))?.rows);

    let other = parts::Model::new()?;
    let thread = std::thread::spawn(move || run_often(other, 2.0));
    let is_right = run_often(model, 3.0);
    say("threads", thread.join().unwrap_or(false) && is_right);
    say("pool", run_often(parts::Model::new()?.with_threads(2)?, 1.0));
    let mut digits = digits::Model::new()?;
    let image = [0.0; 128];
    let found = digits.run(&digits::Dims { batch: 2 }, &digits::Inputs { image: &image })?;
    println!("digits {:?}", found.scores.shape);
    Ok(())
}
