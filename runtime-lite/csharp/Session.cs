// Session.cs: compiled models by the names of their inputs and outputs.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

namespace Onnxc
{
    /// A shared library that onnxc --emit=shared has written. Threads may share it. It stays
    /// loaded.
    public sealed class Library
    {
        internal readonly IntPtr Handle;

        /// "prefix" names one of several models, "weights" a file of weights that does not lie
        /// beside the library.
        public Library(string path, string prefix = null, string weights = null)
        {
            var message = new byte[Native.MessageBytes];
            Handle = Native.onnxc_library_open(Native.ToBytes(path), Native.ToBytes(prefix),
                Native.ToBytes(weights), message, (UIntPtr)message.Length);
            if (Handle == IntPtr.Zero)
                throw new OnnxcException(Native.ToText(message), 14);
        }
    }

    /// What the model says of an input or output.
    public sealed class TensorInfo
    {
        internal TensorInfo(IntPtr session, int isOutput, int number)
        {
            Name = Native.ToText(Native.onnxc_session_name(session, isOutput, number));
            Dtype = (Dtype)Native.onnxc_session_dtype(session, isOutput, number);
            Rank = Native.onnxc_session_rank(session, isOutput, number);
            Description = Native.ToText(Native.onnxc_session_describe(session, isOutput, number));
        }

        public string Name { get; private set; }
        public Dtype Dtype { get; private set; }
        public int Rank { get; private set; }

        /// "float32 [batch, 8, 8]"
        public string Description { get; private set; }
    }

    /// A model with the memory that it runs in. Runs of one session wait for each other.
    public sealed class Session : IDisposable
    {
        readonly object turn = new object();
        readonly Dictionary<string, int> numbers = new Dictionary<string, int>(); // of the inputs
        IntPtr handle;

        /// "threads" is how many a run takes; 0 takes all CPUs.
        public Session(Library library, int threads = 1)
        {
            var message = new byte[Native.MessageBytes];
            handle = Native.onnxc_session_create(Native.onnxc_library_model(library.Handle),
                Native.onnxc_library_weights(library.Handle), message, (UIntPtr)message.Length);
            if (handle == IntPtr.Zero)
                throw new OnnxcException(Native.ToText(message));
            Inputs = Describe(Native.Input);
            Outputs = Describe(Native.Output);
            for (int i = 0; i < Inputs.Count; ++i)
                numbers[Inputs[i].Name] = i;
            if (threads != 1)
                Require(Native.onnxc_session_use_threads(handle, threads));
        }

        ~Session()
        {
            Native.onnxc_session_destroy(handle);
        }

        public IList<TensorInfo> Inputs { get; private set; }
        public IList<TensorInfo> Outputs { get; private set; }

        /// Runs the model on a tensor for each of its inputs.
        public Dictionary<string, Tensor> Run(IDictionary<string, Tensor> inputs)
        {
            lock (turn)
            {
                if (handle == IntPtr.Zero)
                    throw new OnnxcException("the session is closed");
                var pinned = new List<GCHandle>();
                try
                {
                    Native.onnxc_session_forget(handle);
                    foreach (var input in inputs)
                        Set(input.Key, input.Value, pinned);
                    Require(Native.onnxc_session_run(handle));
                }
                finally
                {
                    pinned.ForEach(pin => pin.Free());
                }
                return Enumerable.Range(0, Outputs.Count).ToDictionary(i => Outputs[i].Name, Get);
            }
        }

        /// Gives the memory back.
        public void Dispose()
        {
            lock (turn)
            {
                Native.onnxc_session_destroy(handle);
                handle = IntPtr.Zero;
            }
            GC.SuppressFinalize(this);
        }

        TensorInfo[] Describe(int isOutput)
        {
            return Enumerable.Range(0, Native.onnxc_session_count(handle, isOutput))
                .Select(i => new TensorInfo(handle, isOutput, i)).ToArray();
        }

        OnnxcException Fail(int status)
        {
            return new OnnxcException(Native.ToText(Native.onnxc_session_message(handle)), status,
                Native.ToText(Native.onnxc_session_blamed(handle)));
        }

        void Require(int status)
        {
            if (status != 0)
                throw Fail(status);
        }

        /// Numbers stay where they are until the run has ended.
        void Set(string name, Tensor tensor, List<GCHandle> pinned)
        {
            int number;
            if (!numbers.TryGetValue(name, out number))
            {
                // It writes the message.
                Native.onnxc_session_find(handle, Native.Input, Native.ToBytes(name));
                throw Fail(3);
            }
            if (tensor == null)
                throw new OnnxcException("input '" + name + "': it is null", 0, name);
            IntPtr address = IntPtr.Zero;
            if (tensor.Dtype != Dtype.String && tensor.Data.Length > 0)
            {
                object data = tensor.Data;
                if (tensor.Dtype == Dtype.Bool)
                    data = Array.ConvertAll((bool[])tensor.Data, x => (byte)(x ? 1 : 0));
                var pin = GCHandle.Alloc(data, GCHandleType.Pinned);
                pinned.Add(pin);
                address = pin.AddrOfPinnedObject();
            }
            Require(Native.onnxc_session_set(handle, number, (int)tensor.Dtype,
                tensor.Shape.Length, tensor.Shape, address));
            // The shape may have been changed since the tensor was made.
            long count = Native.onnxc_session_elements(handle, Native.Input, number);
            if (count * Tensor.PerElement(tensor.Dtype) != tensor.Data.Length)
                throw new OnnxcException(String.Format(
                    "input '{0}': it has {1} elements, its shape takes {2}", name,
                    tensor.Data.Length, count), 6, name);
            if (tensor.Dtype == Dtype.String)
                SetStrings(name, number, (string[])tensor.Data);
        }

        void SetStrings(string name, int number, string[] texts)
        {
            int missing = Array.IndexOf(texts, null);
            if (missing >= 0)
                throw new OnnxcException(String.Format("input '{0}': string {1} is null", name,
                    missing), 0, name);
            byte[][] parts = texts.Select(Encoding.UTF8.GetBytes).ToArray();
            Require(Native.onnxc_session_set_strings(handle, number, parts.Length,
                parts.Select(part => (long)part.Length).ToArray(),
                parts.SelectMany(part => part).ToArray()));
        }

        Tensor Get(int number)
        {
            Dtype dtype = Outputs[number].Dtype;
            long[] shape = Enumerable.Range(0, Outputs[number].Rank)
                .Select(d => Native.onnxc_session_dim(handle, Native.Output, number, d)).ToArray();
            long count = Native.onnxc_session_elements(handle, Native.Output, number);
            if (dtype == Dtype.String)
                return new Tensor(GetStrings(number, count), shape);
            IntPtr from = Native.onnxc_session_data(handle, Native.Output, number);
            if (dtype == Dtype.Bool)
                return new Tensor(Enumerable.Range(0, (int)count)
                    .Select(i => Marshal.ReadByte(from, i) != 0).ToArray(), shape);
            Array data = Array.CreateInstance(Tensor.HolderOf(dtype),
                count * Tensor.PerElement(dtype));
            CopyTo(data, from, Native.onnxc_session_bytes(handle, Native.Output, number));
            return new Tensor(dtype, data, shape);
        }

        static void CopyTo(Array data, IntPtr from, long bytes)
        {
            if (bytes == 0)
                return;
            var pin = GCHandle.Alloc(data, GCHandleType.Pinned);
            var part = new byte[Math.Min(bytes, 65536)];
            for (long at = 0; at < bytes; at += part.Length)
            {
                int count = (int)Math.Min(part.Length, bytes - at);
                Marshal.Copy(new IntPtr(from.ToInt64() + at), part, 0, count);
                Marshal.Copy(part, 0, new IntPtr(pin.AddrOfPinnedObject().ToInt64() + at), count);
            }
            pin.Free();
        }

        string[] GetStrings(int number, long count)
        {
            var lengths = new long[count];
            var all = new byte[Native.onnxc_session_get_strings(handle, number, null, null)];
            Native.onnxc_session_get_strings(handle, number, lengths, all);
            var texts = new string[count];
            long at = 0;
            for (long i = 0; i < count; at += lengths[i++])
                texts[i] = Encoding.UTF8.GetString(all, (int)at, (int)lengths[i]);
            return texts;
        }
    }
}
