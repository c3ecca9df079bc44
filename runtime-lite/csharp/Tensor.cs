// Tensor.cs: elements, their type and their shape.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
using System;
using System.Linq;

namespace Onnxc
{
    /// Why a call did not give outputs.
    public sealed class OnnxcException : Exception
    {
        public OnnxcException(string message, int status = 0, string blamed = null)
            : base(message)
        {
            Status = status;
            Blamed = blamed;
        }

        /// An onnxc_status of onnxc/runtime.h; 0 where nothing was run.
        public int Status { get; private set; }

        /// The input, output or node that it is about, or null.
        public string Blamed { get; private set; }
    }

    /// Element types, numbered as in onnx.TensorProto.DataType.
    public enum Dtype
    {
        Undefined, Float32, Uint8, Int8, Uint16, Int16, Int32, Int64, String, Bool, Float16,
        Float64, Uint32, Uint64, Complex64, Complex128, Bfloat16, Float8E4M3FN, Float8E4M3FNUZ,
        Float8E5M2, Float8E5M2FNUZ, Uint4, Int4, Float4E2M1, Float8E8M0, Uint2, Int2
    }

    /// Elements row by row, the last dimension innermost, in an array.
    public sealed class Tensor
    {
        /// A tensor of a type that C# has. The array is not copied.
        public Tensor(Array data, params long[] shape)
            : this(GuessDtype(data), data, shape)
        {
        }

        /// A tensor of any type: float16 and its like are held as their bits, complex numbers
        /// as two in turn.
        public Tensor(Dtype dtype, Array data, params long[] shape)
        {
            Type holder = HolderOf(dtype);
            if (data.GetType().GetElementType() != holder)
                throw new OnnxcException(String.Format("elements of {0} are held by {1}[], not {2}",
                    dtype, holder.Name, data.GetType().Name));
            long count = shape.Aggregate((long)PerElement(dtype), (all, size) => checked(all * size));
            if (shape.Any(size => size < 0) || count != data.Length)
                throw new OnnxcException(String.Format("there are {0} elements, [{1}] takes {2}",
                    data.Length, String.Join(", ", shape), count));
            Dtype = dtype;
            Data = data;
            Shape = shape;
        }

        public Dtype Dtype { get; private set; }
        public long[] Shape { get; private set; }
        public Array Data { get; private set; }

        /// The array as one of a type that it has.
        public T[] As<T>()
        {
            var data = Data as T[];
            // The runtime converts arrays of signed and of unsigned numbers.
            if (data == null || Data.GetType() != typeof(T[]))
                throw new OnnxcException(String.Format("the elements are {0}, not {1}",
                    Data.GetType().Name, typeof(T[]).Name));
            return data;
        }

        static Dtype GuessDtype(Array data)
        {
            Type type = data.GetType().GetElementType();
            foreach (Dtype dtype in Enum.GetValues(typeof(Dtype)))
                if (dtype != Dtype.Undefined && HolderOf(dtype) == type)
                    return dtype;
            throw new OnnxcException("no element type is held by " + data.GetType().Name);
        }

        internal static int PerElement(Dtype dtype)
        {
            return dtype == Dtype.Complex64 || dtype == Dtype.Complex128 ? 2 : 1;
        }

        /// What an array of elements has. Of types that share a holder the first is guessed.
        internal static Type HolderOf(Dtype dtype)
        {
            switch (dtype)
            {
                case Dtype.Float32:
                case Dtype.Complex64:
                    return typeof(float);
                case Dtype.Float64:
                case Dtype.Complex128:
                    return typeof(double);
                case Dtype.Int8:
                case Dtype.Int4:
                case Dtype.Int2:
                    return typeof(sbyte);
                case Dtype.Int16:
                    return typeof(short);
                case Dtype.Int32:
                    return typeof(int);
                case Dtype.Int64:
                    return typeof(long);
                case Dtype.Uint16:
                case Dtype.Float16:
                case Dtype.Bfloat16:
                    return typeof(ushort);
                case Dtype.Uint32:
                    return typeof(uint);
                case Dtype.Uint64:
                    return typeof(ulong);
                case Dtype.String:
                    return typeof(string);
                case Dtype.Bool:
                    return typeof(bool);
                default:
                    return typeof(byte);
            }
        }
    }
}
