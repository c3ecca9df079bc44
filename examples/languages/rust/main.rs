// main.rs: reads handwritten digits, in Rust. The module `digits` is what
// onnxc --emit=rust has written.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
mod digits;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "digits.txt".into());
    let (mut labels, mut points) = (Vec::new(), Vec::new());
    for line in std::fs::read_to_string(path)?.lines() {
        let (label, picture) = line.split_once(' ').ok_or("a line has no points")?;
        labels.push(label.parse::<i64>()?);
        for point in picture.split(' ') {
            points.push(point.parse::<f32>()?);
        }
    }

    let mut model = digits::Model::new()?;
    let dims = digits::Dims { batch: labels.len() };
    let found = model.run(&dims, &digits::Inputs { image: &points })?;

    let pairs = || found.digit.data.iter().zip(&labels);
    let right = pairs().filter(|(digit, label)| digit == label).count();
    println!("{} of {} digits are right", right, labels.len());
    for (i, (&digit, label)) in pairs().enumerate() {
        if digit != *label {
            let score = found.scores.data[10 * i + digit as usize];
            let percent = (100.0 * score).round();
            println!("line {} is a {}, read as {} with {} %", i + 1, label, digit, percent);
        }
    }

    // Types are the compiler's to check; sizes are checked before anything runs.
    let short = digits::Inputs { image: &points[1..] };
    if let Err(error) = model.run(&dims, &short) {
        println!("{}", error);
    }
    Ok(())
}
