// What every model's module has: errors, tensors, and onnxc/runtime.h.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

/// Why a call did not give outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// An onnxc_status of onnxc/runtime.h.
    pub status: i32,
    /// The input, output or node to blame; empty where there is none.
    pub name: String,
    /// In words.
    pub text: String,
}

impl Error {
    pub const BAD_INPUT_SHAPE: i32 = 6;
    pub const OUT_OF_MEMORY: i32 = 11;
    pub const OVERFLOW: i32 = 12;
    pub const BAD_VALUE: i32 = 13;
    pub const IO_ERROR: i32 = 14;
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.name.is_empty() {
            return f.write_str(&self.text);
        }
        write!(f, "{}: {}", self.name, self.text)
    }
}

impl std::error::Error for Error {}

/// An output: its elements, row by row, and its sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor<T, const RANK: usize> {
    pub data: Vec<T>,
    pub shape: [usize; RANK],
}

impl<T, const RANK: usize> Default for Tensor<T, RANK> {
    fn default() -> Self {
        Tensor { data: Vec::new(), shape: [0; RANK] }
    }
}

impl<T: Copy + Default, const RANK: usize> Tensor<T, RANK> {
    /// Makes room for what a run writes; memory of runs before is kept.
    fn prepare(&mut self, sizes: &mut [i64], dtype: i32) -> Result<ffi::Tensor, Error> {
        let count = count_elements(sizes)?;
        if count > self.data.len() {
            let more = count - self.data.len();
            self.data.try_reserve_exact(more).map_err(|_| out_of_memory())?;
        }
        self.data.resize(count, T::default());
        Ok(ffi::Tensor::to(self.data.as_mut_ptr(), sizes, dtype))
    }
}

impl<T: Copy, const RANK: usize> Tensor<T, RANK> {
    /// Copies what the run itself has allocated.
    fn copy(&mut self, tensor: &ffi::Tensor, sizes: &[i64]) -> Result<(), Error> {
        let count = count_elements(sizes)?;
        self.data.clear();
        self.data.try_reserve_exact(count).map_err(|_| out_of_memory())?;
        if count > 0 {
            let from = tensor.data as *const T;
            self.data.extend_from_slice(unsafe { std::slice::from_raw_parts(from, count) });
        }
        Ok(())
    }
}

impl<T, const RANK: usize> Tensor<T, RANK> {
    fn set_shape(&mut self, sizes: &[i64]) {
        for (to, from) in self.shape.iter_mut().zip(sizes) {
            *to = *from as usize;
        }
    }
}

impl<const RANK: usize> Tensor<bool, RANK> {
    /// Bytes that a run wrote are no bool of Rust's before they are 0 or 1.
    fn make_valid(tensor: &ffi::Tensor, sizes: &[i64]) -> Result<(), Error> {
        for i in 0..count_elements(sizes)? {
            unsafe {
                let byte = (tensor.data as *mut u8).add(i);
                *byte = (*byte != 0) as u8;
            }
        }
        Ok(())
    }
}

impl<const RANK: usize> Tensor<Vec<u8>, RANK> {
    /// Copies strings, which belong to the inputs, the model or the run.
    fn copy_texts(&mut self, texts: &[ffi::Text]) {
        self.data.clear();
        for text in texts {
            self.data.push(unsafe { text.bytes() }.to_vec());
        }
    }
}

fn out_of_memory() -> Error {
    ffi::make_error(Error::OUT_OF_MEMORY, String::new())
}

fn count_elements(sizes: &[i64]) -> Result<usize, Error> {
    if sizes.contains(&0) {
        return Ok(0);
    }
    sizes
        .iter()
        .try_fold(1usize, |count, &size| {
            count.checked_mul(usize::try_from(size).ok()?)
        })
        .ok_or_else(|| ffi::make_error(Error::OVERFLOW, String::new()))
}

/// A free dimension as the runtime takes it.
fn to_size(size: usize) -> Result<i64, Error> {
    i64::try_from(size).map_err(|_| ffi::make_error(Error::OVERFLOW, String::new()))
}

/// What a model keeps from run to run.
struct Session {
    model: &'static ffi::Model,
    context: ffi::Context,
    pool: *mut std::ffi::c_void,
    weights: *const std::ffi::c_void,
}

impl Session {
    fn new(model: &'static ffi::Model) -> Result<Session, Error> {
        let mut session = Session {
            model,
            context: ffi::Context::default(),
            pool: std::ptr::null_mut(),
            weights: std::ptr::null(),
        };
        session.check(unsafe { ffi::onnxc_check_model(session.address()) })?;
        unsafe { ffi::onnxc_use_host_allocator(session.context()) };
        Ok(session)
    }

    fn address(&self) -> *const std::ffi::c_void {
        self.model as *const ffi::Model as *const std::ffi::c_void
    }

    fn context(&mut self) -> *mut std::ffi::c_void {
        &mut self.context as *mut ffi::Context as *mut std::ffi::c_void
    }

    /// A status and the context's words as a result.
    fn check(&self, status: i32) -> Result<(), Error> {
        if status == 0 {
            return Ok(());
        }
        Err(ffi::make_error(status, unsafe { ffi::read_text(self.context.error_name) }))
    }

    fn start_threads(&mut self, threads: usize) -> Result<(), Error> {
        let count = i32::try_from(threads).unwrap_or(i32::MAX);
        let pool = unsafe { ffi::onnxc_pool_create(count) };
        if pool.is_null() {
            return Err(Error {
                status: Error::OUT_OF_MEMORY,
                name: String::new(),
                text: format!("{} threads cannot be started", threads),
            });
        }
        unsafe {
            ffi::onnxc_use_pool(self.context(), pool);
            ffi::onnxc_pool_destroy(self.pool);
        }
        self.pool = pool;
        Ok(())
    }

    fn map_weights(&mut self, path: &std::path::Path) -> Result<(), Error> {
        let text = path.to_string_lossy().into_owned();
        let bytes = self.model.weights_bytes;
        if let Ok(name) = std::ffi::CString::new(text.clone()) {
            self.weights = unsafe { ffi::onnxc_map_weights(name.as_ptr(), bytes) };
        }
        if self.weights.is_null() {
            return Err(Error {
                status: Error::IO_ERROR,
                name: text,
                text: format!("is no readable file with the model's weights, of {} bytes", bytes),
            });
        }
        self.context.weights = self.weights;
        Ok(())
    }

    /// An input of elements that lie as its sizes say.
    fn input<T>(
        &self, number: usize, data: &[T], sizes: &mut [i64], dtype: i32,
    ) -> Result<ffi::Tensor, Error> {
        let count = count_elements(sizes)?;
        if count != data.len() {
            let text = format!("it has {} elements, {:?} takes {}", data.len(), sizes, count);
            let info = unsafe { &*self.model.inputs.add(number) };
            let name = unsafe { ffi::read_text(info.name) };
            return Err(Error { status: Error::BAD_INPUT_SHAPE, name, text });
        }
        Ok(ffi::Tensor::to(data.as_ptr() as *mut T, sizes, dtype))
    }

    /// Checks the inputs' sizes, makes the arena large enough, and gives the
    /// sizes of the outputs as far as they are known.
    fn prepare(
        &mut self, inputs: &[ffi::Tensor], symbols: &mut [i64], sizes: &mut [i64],
    ) -> Result<(), Error> {
        let (model, context) = (self.address(), self.context());
        self.check(unsafe {
            let tensors = inputs.as_ptr() as *const std::ffi::c_void;
            let count = inputs.len() as i32;
            ffi::onnxc_bind_symbols(model, context, tensors, count, symbols.as_mut_ptr())
        })?;
        let bytes = unsafe { (self.model.arena_bytes)(symbols.as_ptr()) };
        let bytes = usize::try_from(bytes)
            .map_err(|_| ffi::make_error(Error::OVERFLOW, String::new()))?;
        if bytes > self.context.arena_bytes {
            let none = std::ptr::null_mut();
            unsafe { ffi::onnxc_aligned_free(none, self.context.arena) };
            self.context.arena_bytes = 0;
            self.context.arena = unsafe { ffi::onnxc_aligned_alloc(none, bytes, ffi::ALIGNMENT) };
            if self.context.arena.is_null() {
                return Err(out_of_memory());
            }
            self.context.arena_bytes = bytes;
        }
        unsafe { (self.model.output_shapes)(symbols.as_ptr(), sizes.as_mut_ptr()) };
        Ok(())
    }

    fn run(
        &mut self, inputs: &[ffi::Tensor], outputs: &mut [ffi::Tensor], symbols: &mut [i64],
    ) -> Result<(), Error> {
        let (model, context) = (self.address(), self.context());
        self.check(unsafe {
            ffi::onnxc_run(
                model,
                context,
                inputs.as_ptr() as *const std::ffi::c_void,
                inputs.len() as i32,
                outputs.as_mut_ptr() as *mut std::ffi::c_void,
                outputs.len() as i32,
                symbols.as_mut_ptr(),
            )
        })
    }

    fn release_strings(&mut self) {
        unsafe { ffi::onnxc_release_strings(self.context()) };
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.release_strings();
        unsafe {
            ffi::onnxc_aligned_free(std::ptr::null_mut(), self.context.arena);
            ffi::onnxc_pool_destroy(self.pool);
            if !self.weights.is_null() {
                ffi::onnxc_unmap_weights(self.weights, self.model.weights_bytes);
            }
        }
    }
}

/// The interface of onnxc/runtime.h, as far as it is called here.
mod ffi {
    use std::ffi::c_void;
    use std::os::raw::c_char;

    pub const ALIGNMENT: usize = 64;

    #[repr(C)]
    pub struct Tensor {
        pub data: *mut c_void,
        pub shape: *mut i64,
        pub rank: i32,
        pub dtype: i32,
    }

    impl Tensor {
        pub fn to<T>(data: *mut T, sizes: &mut [i64], dtype: i32) -> Tensor {
            let data = data as *mut c_void;
            Tensor { data, shape: sizes.as_mut_ptr(), rank: sizes.len() as i32, dtype }
        }
    }

    /// onnxc_string.
    #[cfg(target_endian = "little")]
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Text {
        data: *const u8,
        #[cfg(target_pointer_width = "32")]
        reserved: u32,
        length: u64,
    }
    #[cfg(target_endian = "big")]
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Text {
        length: u64,
        #[cfg(target_pointer_width = "32")]
        reserved: u32,
        data: *const u8,
    }

    impl Text {
        pub fn of(bytes: &[u8]) -> Text {
            Text {
                data: bytes.as_ptr(),
                #[cfg(target_pointer_width = "32")]
                reserved: 0,
                length: bytes.len() as u64,
            }
        }

        /// They live as long as what they belong to.
        pub unsafe fn bytes(&self) -> &[u8] {
            if self.length == 0 {
                return &[];
            }
            std::slice::from_raw_parts(self.data, self.length as usize)
        }
    }

    #[repr(C)]
    pub struct Context {
        pub arena: *mut c_void,
        pub arena_bytes: usize,
        pub weights: *const c_void,
        parallel_for: *const c_void,
        pool: *mut c_void,
        allocate: *const c_void,
        release: *const c_void,
        allocator: *mut c_void,
        pub error_name: *const c_char,
        profile: *const c_void,
        profiler: *mut c_void,
        device: *mut c_void,
        strings: *mut c_void,
        observe: *const c_void,
        observer: *mut c_void,
    }

    impl Default for Context {
        fn default() -> Context {
            // A null pointer is a valid value of each field.
            unsafe { std::mem::zeroed() }
        }
    }

    #[repr(C)]
    pub struct TensorInfo {
        pub name: *const c_char,
        doc: *const c_char,
        dims: *const i64,
        rank: i32,
        dtype: i32,
        from_data: i32,
        part: i32,
    }

    /// The head of an onnxc_model.
    #[repr(C)]
    pub struct Model {
        abi_version: u32,
        flags: u32,
        name: *const c_char,
        producer: *const c_char,
        doc: *const c_char,
        target: *const c_char,
        cpu_features: u64,
        num_inputs: i32,
        num_outputs: i32,
        num_symbols: i32,
        num_metadata: i32,
        pub inputs: *const TensorInfo,
        outputs: *const TensorInfo,
        symbols: *const c_void,
        metadata: *const c_void,
        weights: *const c_void,
        pub weights_bytes: u64,
        weights_file: *const c_char,
        entry: *const c_void,
        pub arena_bytes: unsafe extern "C" fn(*const i64) -> i64,
        pub output_shapes: unsafe extern "C" fn(*const i64, *mut i64),
    }

    /// Memory of the host's allocator.
    pub struct Allocated(pub *mut c_void);

    impl Drop for Allocated {
        fn drop(&mut self) {
            unsafe { onnxc_aligned_free(std::ptr::null_mut(), self.0) };
        }
    }

    extern "C" {
        pub fn onnxc_check_model(model: *const c_void) -> i32;
        pub fn onnxc_bind_symbols(
            model: *const c_void, context: *mut c_void, inputs: *const c_void, num_inputs: i32,
            symbols: *mut i64,
        ) -> i32;
        pub fn onnxc_run(
            model: *const c_void, context: *mut c_void, inputs: *const c_void, num_inputs: i32,
            outputs: *mut c_void, num_outputs: i32, symbols: *mut i64,
        ) -> i32;
        pub fn onnxc_status_string(status: i32) -> *const c_char;
        pub fn onnxc_release_strings(context: *mut c_void);
        pub fn onnxc_use_host_allocator(context: *mut c_void);
        pub fn onnxc_aligned_alloc(
            unused: *mut c_void, bytes: usize, alignment: usize,
        ) -> *mut c_void;
        pub fn onnxc_aligned_free(unused: *mut c_void, memory: *mut c_void);
        pub fn onnxc_pool_create(num_threads: i32) -> *mut c_void;
        pub fn onnxc_pool_destroy(pool: *mut c_void);
        pub fn onnxc_use_pool(context: *mut c_void, pool: *mut c_void);
        pub fn onnxc_map_weights(path: *const c_char, bytes: u64) -> *const c_void;
        pub fn onnxc_unmap_weights(weights: *const c_void, bytes: u64);
        pub fn onnxc_open_vulkan(model: *const c_void, context: *mut c_void) -> i32;
        pub fn onnxc_open_cuda(model: *const c_void, context: *mut c_void) -> i32;
        pub fn onnxc_close_device(context: *mut c_void);
    }

    pub unsafe fn read_text(text: *const c_char) -> String {
        if text.is_null() {
            return String::new();
        }
        std::ffi::CStr::from_ptr(text).to_string_lossy().into_owned()
    }

    pub fn make_error(status: i32, name: String) -> super::Error {
        let text = unsafe { read_text(onnxc_status_string(status)) };
        super::Error { status, name, text }
    }
}
