// Parts.cs: prints what parts_model.py expects, in C#.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Onnxc;

static class Parts
{
    static readonly float[] x = { 1, 2, 3, 4, 5, 0 };

    static Dictionary<string, Tensor> First()
    {
        return new Dictionary<string, Tensor> {
            { "x", new Tensor(x, 2, 3) },
            { "at", new Tensor(new long[] { 1, 0 }, 2) },
            { "words", new Tensor(new[] { "one", "Zwei drei", "sch\u00f6n" }, 3) },
            { "flags", new Tensor(new[] { true, false }, 2) },
            { "halves", new Tensor(Dtype.Float16, new ushort[] { 0x3c00, 0xc000 }, 2) },
            { "ints", new Tensor(new[] { 7, -8 }, 2, 1) } };
    }

    static Dictionary<string, Tensor> Empty()
    {
        return new Dictionary<string, Tensor> {
            { "x", new Tensor(new float[3], 1, 3) },
            { "at", new Tensor(new long[0], 0) },
            { "words", new Tensor(new string[0], 0) },
            { "flags", new Tensor(new bool[0], 0) },
            { "halves", new Tensor(Dtype.Float16, new ushort[2], 2) },
            { "ints", new Tensor(new int[1], 1, 1) } };
    }

    static Dictionary<string, Tensor> With(string name, Tensor tensor)
    {
        var inputs = First();
        inputs[name] = tensor;
        return inputs;
    }

    static string Print(object element)
    {
        return element is string ? (string)element : Convert.ToInt64(element).ToString();
    }

    static void Print(string name, Tensor tensor)
    {
        string separator = tensor.Dtype == Dtype.String ? "|" : " ";
        Console.WriteLine(String.Format("{0} [{1}]: {2}", name, String.Join(", ", tensor.Shape),
            String.Join(separator, tensor.Data.Cast<object>().Select(Print))).Trim());
    }

    static void Refuse(string what, bool sayWords, Action call)
    {
        try
        {
            call();
            Console.WriteLine(what + ": taken");
        }
        catch (OnnxcException error)
        {
            Console.WriteLine(what + ": " + (sayWords ? error.Message : "refused"));
        }
    }

    static void RefuseAll(Session session)
    {
        var fewer = First();
        fewer.Remove("at");
        var doubles = new double[6];
        Refuse("name", true, () => session.Run(With("y", new Tensor(x, 2, 3))));
        Refuse("type", true, () => session.Run(With("x", new Tensor(doubles, 2, 3))));
        Refuse("shape", true, () => session.Run(With("x", new Tensor(new float[8], 2, 4))));
        Refuse("rank", true, () => session.Run(With("x", new Tensor(x, 6))));
        Refuse("missing", true, () => session.Run(fewer));
        Refuse("sizes", true, () => session.Run(With("flags", new Tensor(new bool[3], 3))));
        Refuse("run", true, () => session.Run(With("ints", new Tensor(new int[3], 3, 1))));
        Refuse("count", false, () => session.Run(With("x", new Tensor(x, 3, 3))));
        try
        {
            session.Run(With("words", new Tensor(new[] { "one", null, "two" }, 3)));
            Console.WriteLine("null: taken");
        }
        catch (OnnxcException error)
        {
            if (error.Message != "input 'words': string 1 is null")
                throw;
        }
        var changed = new Tensor(new float[6], 2, 3);
        changed.Shape[0] = 1000000;
        try
        {
            session.Run(With("x", changed));
            Console.WriteLine("changed: taken");
        }
        catch (OnnxcException)
        {
        }
        Refuse("read", false, () => session.Run(First())["rows"].As<double>());
        Refuse("file", false, () => new Library("/dev/null"));
    }

    /// Runs a session of its own on its own numbers.
    static bool RunOften(Library library, float factor)
    {
        float[] scaled = x.Select(element => factor * element).ToArray();
        using (var session = new Session(library))
            return Enumerable.Range(0, 200).All(i =>
                session.Run(With("x", new Tensor(scaled, 2, 3)))["rows"].As<float>()[0] ==
                4 * factor);
    }

    static void Main(string[] arguments)
    {
        var library = new Library(arguments[0]);
        using (var session = new Session(library))
        {
            foreach (var info in session.Inputs)
                Console.WriteLine("input {0}: {1}", info.Name, info.Description);
            foreach (var info in session.Outputs)
                Console.WriteLine("output {0}: {1}", info.Name, info.Description);
            foreach (var inputs in new[] { First(), Empty() })
                foreach (var output in session.Run(inputs))
                    Print(output.Key, output.Value);
            RefuseAll(session);
            Print("rows", session.Run(First())["rows"]);
        }
        bool other = false;
        var thread = new Thread(() => other = RunOften(library, 2));
        thread.Start();
        bool isRight = RunOften(library, 3);
        thread.Join();
        Console.WriteLine("threads: " + (isRight && other ? "right" : "wrong"));
        using (var pool = new Session(library, 2))
            Console.WriteLine("pool: " +
                (pool.Run(First())["rows"].As<float>()[0] == 4 ? "right" : "wrong"));
    }
}
