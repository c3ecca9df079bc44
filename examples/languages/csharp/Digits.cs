// Digits.cs: reads handwritten digits, in C#.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Onnxc;

static class Digits
{
    static void Main(string[] arguments)
    {
        int[][] rows = File.ReadLines(arguments[1])
            .Select(line => line.Split(' ').Select(int.Parse).ToArray()).ToArray();
        float[] points = rows.SelectMany(row => row.Skip(1).Select(point => (float)point)).ToArray();

        using (var session = new Session(new Library(arguments[0])))
        {
            var found = session.Run(new Dictionary<string, Tensor> {
                { "image", new Tensor(points, rows.Length, 8, 8) } });
            long[] digits = found["digit"].As<long>();
            float[] scores = found["scores"].As<float>();

            int right = rows.Where((row, i) => row[0] == digits[i]).Count();
            Console.WriteLine("{0} of {1} digits are right", right, rows.Length);
            for (int i = 0; i < rows.Length; ++i)
                if (digits[i] != rows[i][0])
                    Console.WriteLine("line {0} is a {1}, read as {2} with {3} %", i + 1,
                        rows[i][0], digits[i], Math.Round(100 * scores[10 * i + digits[i]]));

            // What does not fit is refused before anything runs.
            try
            {
                session.Run(new Dictionary<string, Tensor> {
                    { "image", new Tensor(points, rows.Length, 64) } });
            }
            catch (OnnxcException error)
            {
                Console.WriteLine(error.Message);
            }
        }
    }
}
