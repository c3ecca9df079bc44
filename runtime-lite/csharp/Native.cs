// Native.cs: onnxc/session.h, of the shared library libonnxc-session.so.
//
// Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Onnxc
{
    static class Native
    {
        const string Library = "onnxc-session";
        public const int Input = 0;
        public const int Output = 1;

        /// As many bytes as a message takes at most.
        public const int MessageBytes = 512;

        [DllImport(Library)]
        public static extern IntPtr onnxc_library_open(byte[] path, byte[] prefix, byte[] weights,
            byte[] message, UIntPtr messageBytes);

        [DllImport(Library)]
        public static extern IntPtr onnxc_library_model(IntPtr library);

        [DllImport(Library)]
        public static extern IntPtr onnxc_library_weights(IntPtr library);

        [DllImport(Library)]
        public static extern void onnxc_library_close(IntPtr library);

        [DllImport(Library)]
        public static extern IntPtr onnxc_session_create(IntPtr model, IntPtr weights,
            byte[] message, UIntPtr messageBytes);

        [DllImport(Library)]
        public static extern void onnxc_session_destroy(IntPtr session);

        [DllImport(Library)]
        public static extern int onnxc_session_use_threads(IntPtr session, int threads);

        [DllImport(Library)]
        public static extern IntPtr onnxc_session_message(IntPtr session);

        [DllImport(Library)]
        public static extern IntPtr onnxc_session_blamed(IntPtr session);

        [DllImport(Library)]
        public static extern int onnxc_session_count(IntPtr session, int isOutput);

        [DllImport(Library)]
        public static extern int onnxc_session_find(IntPtr session, int isOutput, byte[] name);

        [DllImport(Library)]
        public static extern IntPtr onnxc_session_name(IntPtr session, int isOutput, int number);

        [DllImport(Library)]
        public static extern int onnxc_session_dtype(IntPtr session, int isOutput, int number);

        [DllImport(Library)]
        public static extern int onnxc_session_rank(IntPtr session, int isOutput, int number);

        [DllImport(Library)]
        public static extern IntPtr onnxc_session_describe(IntPtr session, int isOutput,
            int number);

        [DllImport(Library)]
        public static extern int onnxc_session_set(IntPtr session, int number, int dtype,
            int rank, long[] shape, IntPtr data);

        [DllImport(Library)]
        public static extern int onnxc_session_set_strings(IntPtr session, int number,
            long count, long[] lengths, byte[] bytes);

        [DllImport(Library)]
        public static extern void onnxc_session_forget(IntPtr session);

        [DllImport(Library)]
        public static extern int onnxc_session_run(IntPtr session);

        [DllImport(Library)]
        public static extern IntPtr onnxc_session_data(IntPtr session, int isOutput, int number);

        [DllImport(Library)]
        public static extern long onnxc_session_elements(IntPtr session, int isOutput,
            int number);

        [DllImport(Library)]
        public static extern long onnxc_session_bytes(IntPtr session, int isOutput, int number);

        [DllImport(Library)]
        public static extern long onnxc_session_dim(IntPtr session, int isOutput, int number,
            int dim);

        [DllImport(Library)]
        public static extern long onnxc_session_get_strings(IntPtr session, int number,
            long[] lengths, byte[] bytes);

        /// UTF-8 with a zero behind it; null of null.
        public static byte[] ToBytes(string text)
        {
            return text == null ? null : Encoding.UTF8.GetBytes(text + "\0");
        }

        public static string ToText(byte[] bytes)
        {
            return Encoding.UTF8.GetString(bytes, 0, Array.IndexOf(bytes, (byte)0));
        }

        public static string ToText(IntPtr address)
        {
            if (address == IntPtr.Zero)
                return null;
            int length = 0;
            while (Marshal.ReadByte(address, length) != 0)
                ++length;
            var bytes = new byte[length];
            Marshal.Copy(address, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }
    }
}
