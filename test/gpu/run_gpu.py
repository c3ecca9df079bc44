#!/usr/bin/env python3
"""Models and operators on devices.

    run_gpu.py vulkan|cuda|errors|report [--device] [--all]

and the arguments of test/runner_arguments.py.

vulkan: each module is one of SPIR-V (spirv-val), models and a sample of ONNX's
operator tests give what they should, and the validation layers have nothing to
say. cuda: the same on the interpreter that stands in for the driver, or with
--device on a real one; ptxas, where it is there, assembles every kernel for
each architecture without spills. errors: what is missing is said in words.
report: a table of the kernels' registers and instructions.

The last line is `N passed, N failed`.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import collections
import ctypes.util
import functools
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile

import numpy as np
import onnx

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "models"))
import half_models  # noqa: E402
import package_models  # noqa: E402
import divided  # noqa: E402
import products  # noqa: E402
import rows  # noqa: E402
import runner_arguments  # noqa: E402
from suite_cases import Failure, run, run_cases  # noqa: E402

ARCHITECTURES = ("sm_80", "sm_90", "sm_100", "sm_120")
# The families of kernels: products, convolutions, elementwise chains,
# reductions, softmax, normalisation, pooling, moves of elements, recurrences,
# and each element type.
OPERATORS = ("test_(matmul_|gemm_all|conv_with|basic_conv|convtranspose_1d|"
             "softmax_axis|reduce_l2_(default|keep_dims)|argmax_default|layer_normalization_2d|instancenorm|"
             "maxpool_2d_(pads|same|dilations)|averagepool_2d_p|"
             "globalaveragepool|transpose_all|gather_|concat_2d|where_|add_|"
             "erf|gelu_tanh|lstm_|einsum_batch|resize_upsample_scales_linear|"
             "onehot_with|clip_|mod_mixed_sign_(int|float32)|bitshift|cast_FLOAT16_to_FLOAT_|"
             "scatter_elements|if$|loop|scan|nonzero|unique|compress|range_|"
             "nonmaxsuppression_(two|limit)|top_k|averagepool_3d_default|"
             "lppool_3d|maxpool_3d_default|linear_attention|reduce_.*_empty_set_exp)")
TINY = ("tiny_autoencoder", "tiny_ds_cnn", "tiny_mobilenet", "tiny_resnet8")
# On lavapipe and on the interpreter: what takes seconds.
MODELS = {"vulkan": TINY + ("mobilenet_v2", "ppocr_cls", "minilm",
                           "silero_vad"),
          "cuda": TINY}
# On demand: minutes each.
SLOW_MODELS = {"vulkan": ("ppocr_rec", "ppocr_det", "magika"),
               "cuda": ("silero_vad", "ppocr_cls", "mobilenet_v2", "minilm")}
ASSEMBLED = TINY + ("mobilenet_v2", "minilm", "ppocr_cls")


# Instructions that a product is made of.
COUNTED = ("fma", "mma.sync", "ldmatrix", "ld.shared.v4", "cp.async.c")
Kernel = collections.namedtuple("Kernel", "name registers spilled shared")


def get_mix(path):
    """How often each instruction is in a PTX file."""
    with open(path) as file:
        return collections.Counter(re.findall(
            r"^\t(?:@!?%p\d+ )?\t?([a-z][\w.]*)", file.read(), re.M))


def find_library_path(name):
    """Where the linker finds a library."""
    found = re.search(rf"{re.escape(name)} \(.*=> (\S+)",
                      run("/sbin/ldconfig", "-p"))
    return found.group(1)


def find_ptxas():
    """The toolkit's, or that of the PyPI package nvidia-cuda-nvcc; or none."""
    packages = os.path.join(sysconfig.get_paths()["purelib"], "nvidia", "*",
                            "bin", "ptxas")
    return shutil.which("ptxas") or next(iter(sorted(glob.glob(packages))),
                                         None)


class Suite:
    def __init__(self, options, folder):
        self.build, self.bin = options.build, options.bin
        self.compiler = options.onnxc
        self.fake_cuda = os.path.join(self.build, "test", "gpu", "fake-cuda")
        self.limited_vulkan = os.path.join(self.build, "test", "gpu",
                                           "limited-vulkan")
        self.device = options.device
        self.graphs = "1/1" if options.all or options.device else "1/6"
        self.folder = folder

    def environment(self, kind, **more):
        env = dict(os.environ, **more)
        if kind == "vulkan":
            env["VK_INSTANCE_LAYERS"] = "VK_LAYER_KHRONOS_validation"
            # What nobody has written is not zero by chance.
            env["MALLOC_PERTURB_"] = "187"
        elif not self.device:
            env["LD_LIBRARY_PATH"] = self.fake_cuda
        return env

    def onnxc(self, *arguments):
        return run(self.compiler, *arguments)

    def model(self, name):
        """The model's file; run_models.py makes those that are not there."""
        if name in package_models.MODELS:
            return package_models.find(name)
        path = os.path.join(self.build, "models", name + ".onnx")
        if not os.path.exists(path):
            run(sys.executable, os.path.join(HERE, "../models/run_models.py"),
                "--build", self.build, "--filter", f"^{name}$")
        return path

    def check_model(self, kind, name):
        target = {"vulkan": "vulkan", "cuda": "nvptx64"}[kind]
        out = run(sys.executable, os.path.join(HERE, "../models/run_models.py"),
                  "--build", self.build, "--filter", f"^{name}$", "--timeout", "7200", "--",
                  f"--target={target}",
                  env=self.environment(kind))
        if "0 failed" not in out:
            raise Failure(out)

    def check_operators(self, kind):
        target = {"vulkan": "vulkan", "cuda": "nvptx64"}[kind]
        done = subprocess.run(
            [sys.executable, os.path.join(HERE,
                                          "../operators/run_backend_tests.py"),
             "--build", self.build, "--report",
             "--filter", OPERATORS, "--", f"--target={target}"],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=self.environment(kind))
        last = done.stdout.strip().splitlines()[-1]
        if not re.search(r"\b0 failed", last):
            raise Failure(done.stdout)

    def check_graphs(self, kind):
        """The models of sub-graphs and of shape arithmetic: a sixth of them,
        all with --all."""
        target = {"vulkan": "vulkan", "cuda": "nvptx64"}[kind]
        run(sys.executable, os.path.join(HERE, "../graphs/run_graphs.py"),
            "--build", self.build, "--part", self.graphs,
            "--expected-failures",
            os.path.join(HERE, f"graphs-failing-{kind}.txt"), "--",
            f"--target={target}", env=self.environment(kind))

    def check_silence(self, name):
        """The validation layers have seen a run and have said nothing."""
        library = os.path.join(self.folder, name + ".so")
        self.onnxc(self.model(name), "--target=vulkan", "--emit=shared", "-o",
                   library)
        log = os.path.join(self.folder, name + ".log")
        done = subprocess.run(
            [os.path.join(self.bin, "onnxc-run"), library, "--random"],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment("vulkan", VK_LAYER_LOG_FILENAME=log,
                                 VK_LOADER_DEBUG="layer"))
        # The loader says which layers it has loaded.
        if "VK_LAYER_KHRONOS_validation" not in done.stderr:
            raise Failure("the validation layers are not there (Debian's "
                          "vulkan-validationlayers)")
        if done.returncode or "Validation" in done.stdout or \
                "VUID" in done.stderr:
            raise Failure(done.stdout + done.stderr)

    def check_modules(self, name):
        folder = os.path.join(self.folder, "spirv-" + name)
        os.makedirs(folder, exist_ok=True)
        manifest = os.path.join(folder, "m.json")
        self.onnxc(self.model(name), "--target=vulkan", "--emit=spirv", "-o",
                   manifest)
        with open(manifest) as file:
            functions = json.load(file)["functions"]
        if not functions:
            raise Failure("the manifest has no functions")
        for function in functions:
            run("spirv-val", "--target-env", "vulkan1.2",
                os.path.join(folder, function["file"]))

    def check_case(self, kind, name, make):
        """A small model runs, and gives what it should."""
        target = {"vulkan": "vulkan", "cuda": "nvptx64"}[kind]
        folder = os.path.join(self.folder, name.replace(" ", "-"))
        os.makedirs(folder, exist_ok=True)
        model, library = (os.path.join(folder, file)
                          for file in ("m.onnx", "m.so"))
        product = make()
        product.save_model(model)
        self.onnxc(model, f"--target={target}", "--emit=shared", "-o", library)
        run(os.path.join(self.bin, "onnxc-run"), library,
            *product.save_values(folder), env=self.environment(kind))
        emit, extension = {"vulkan": ("spirv", "json"),
                           "cuda": ("ptx", "ptx")}[kind]
        code = os.path.join(folder, "m." + extension)
        self.onnxc(model, f"--target={target}", f"--emit={emit}", "-o", code)
        with open(os.path.join(folder, "m.json")) as file:
            parts = len(json.load(file)["parts"])
        if parts != getattr(product, "parts", 1):
            raise Failure(f"the device has {parts} parts")

    def check_rows(self, name, is_shared, make):
        """The same of rows, and whether threads exchange values."""
        self.check_case("cuda", name, make)
        mix = get_mix(os.path.join(self.folder, name.replace(" ", "-"),
                                   "m.ptx"))
        if any(op.startswith("shfl") for op in mix) != is_shared:
            raise Failure("threads share a row" if not is_shared else
                          "a thread has a row alone")

    def check_half_model(self, kind, name, model, **dims):
        """A model in halves is no further off than ONNX's reference."""
        files = [os.path.join(self.folder, f"{name}-half.{kind}")
                 for kind in ("onnx", "so", "npy", "out.npy")]
        x = half_models.get_input(model, **dims)
        onnx.save(half_models.convert(model, round_only=False), files[0])
        np.save(files[2], x)
        target = {"vulkan": "vulkan", "cuda": "nvptx64"}[kind]
        self.onnxc(files[0], f"--target={target}", "--emit=shared", "-o",
                   files[1])
        run(os.path.join(self.bin, "onnxc-run"), files[1],
            f"--input={files[2]}", f"--output={files[3]}",
            env=self.environment(kind))
        ours, other = half_models.get_errors(model, x, np.load(files[3]))
        if not ours <= other:
            raise Failure(f"is off by {ours:.2e}, the reference by {other:.2e}")

    def check_planted_faults(self, make):
        """Each barrier of a product and each wait for its copies is needed,
        and the interpreter finds that it is missing."""
        folder = tempfile.mkdtemp(dir=self.folder)
        model, library = (os.path.join(folder, file)
                          for file in ("m.onnx", "m.so"))
        product = make()
        product.save_model(model)
        self.onnxc(model, "--target=nvptx64", "--emit=shared", "-o", library)
        arguments = product.save_values(folder)
        with open(library, "rb") as file:
            image = file.read()
        faults = list(re.finditer(rb"(bar\.sync|cp\.async\.wait_group) \t\d;",
                                  image))
        if len(faults) < 4:
            raise Failure(f"{len(faults)} barriers and waits are too few")
        for fault in faults:
            # PTX is text: nothing but blanks does nothing.
            with open(library, "wb") as file:
                file.write(image[:fault.start()] +
                           b" " * len(fault.group()) + image[fault.end():])
            done = subprocess.run(
                [os.path.join(self.bin, "onnxc-run"), library, *arguments],
                text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env=self.environment("cuda"))
            if done.returncode == 0 or not re.search(
                    "a race|asynchronous copy|nobody has written", done.stderr):
                raise Failure(f"without '{fault.group().decode()}' at "
                              f"{fault.start()} nothing is found: "
                              f"{done.stdout}{done.stderr}")

    def emit_ptx(self, model, name, architecture):
        path = os.path.join(self.folder,
                            f"{name.replace(' ', '-')}.{architecture}.ptx")
        self.onnxc(model, "--target=nvptx64", "--emit=ptx", "-o", path)
        return path

    def assemble_product(self, name, make, architecture):
        model = os.path.join(self.folder, f"{name}.{architecture}.onnx")
        make().save_model(model)
        path = self.emit_ptx(model, name, architecture)
        return path, self.assemble(path, architecture)

    def check_product_assembly(self, name, make, architecture):
        """Tiles are in shared memory, sums in registers, and halves are
        multiplied by matrices."""
        path, kernels = self.assemble_product(name, make, architecture)
        mix = get_mix(path)
        wanted = ["cp.async", "mma.sync" if name.startswith("f16") else "fma"]
        for op in wanted:
            if not any(found.startswith(op) for found in mix):
                raise Failure(f"has no {op}")
        spilled = [kernel for kernel in kernels if kernel.spilled]
        if spilled or not any(kernel.shared for kernel in kernels):
            raise Failure(f"spills, or has no shared memory: {kernels}")

    def assemble_model(self, name, architecture):
        return self.assemble(
            self.emit_ptx(self.model(name), name, architecture), architecture)

    def assemble(self, path, architecture):
        """What ptxas says of each kernel."""
        done = subprocess.run(
            [find_ptxas(), f"-arch={architecture}", "-v", path, "-o",
             path.replace(".ptx", ".cubin")],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise Failure(done.stdout)
        kernels = re.findall(
            r"Function properties for (\S+)\n.*?(\d+) bytes spill stores, "
            r"(\d+) bytes spill loads\n.*?Used (\d+) registers([^\n]*)",
            done.stdout, re.S)
        if not kernels:
            raise Failure("ptxas tells of no kernel: " + done.stdout[:500])
        return [Kernel(kernel, int(registers), int(stores) + int(loads),
                       int((re.findall(r"(\d+) bytes smem", rest) + [0])[0]))
                for kernel, stores, loads, registers, rest in kernels]

    def check_assembly(self, name, architecture):
        spilled = [kernel.name for kernel
                   in self.assemble_model(name, architecture) if kernel.spilled]
        if spilled:
            raise Failure("these kernels spill: " + ", ".join(spilled))

    # --- programs ------------------------------------------------------------

    def link(self, name, *sources):
        root = os.path.dirname(os.path.dirname(HERE))
        path = os.path.join(self.folder, name)
        run("cc", "-std=c11", "-I" + self.folder, "-I",
            os.path.join(root, "runtime-lite", "include"), *sources,
            os.path.join(self.build, "runtime-lite", "libonnxc-rt.a"),
            "-pthread", "-o", path)
        return path

    def check_program(self):
        """A C program links the object and the runtime and nothing else."""
        model = self.model("tiny_autoencoder")
        obj = os.path.join(self.folder, "m.o")
        self.onnxc(model, "--target=vulkan", "-o", obj)
        path = self.link("program", os.path.join(HERE, "program.c"), obj)
        if not run(path).startswith("ok, "):
            raise Failure("the program did not say ok")

    def check_cpu_program(self):
        """What runs on the CPU has no driver's loader in it."""
        model = self.model("tiny_autoencoder")
        obj = os.path.join(self.folder, "cpu.o")
        self.onnxc(model, "-o", obj)
        source = os.path.join(self.folder, "cpu.c")
        with open(source, "w") as file:
            file.write('#include "cpu.h"\nint main(void) { return onnxc_run('
                       '&cpu_model, 0, 0, 0, 0, 0, 0); }\n')
        symbols = run("nm", self.link("cpu", source, obj))
        found = re.findall(r"\S*(?:vulkan|cuda|onnxc_device)\S*", symbols)
        if found or "onnxc_run" not in symbols:
            raise Failure("the program has " + ", ".join(found))

    def check_sizes(self, kind):
        """A context is used for one size after the other."""
        model = os.path.join(self.folder, "sizes.onnx")
        divided.positions().save_model(model)
        objects = [os.path.join(self.folder, name) for name in ("cpu.o",
                                                                "gpu.o")]
        target = {"vulkan": "vulkan", "cuda": "nvptx64"}[kind]
        self.onnxc(model, "-o", objects[0])
        self.onnxc(model, f"--target={target}", "-o", objects[1])
        path = self.link("sizes", os.path.join(HERE, "sizes.c"), *objects,
                         f"-DONNXC_OPEN=onnxc_open_{kind}", "-lm")
        if run(path, env=self.environment(kind)).strip() != "ok":
            raise Failure("the program did not say ok")

    # --- errors ------------------------------------------------------------

    def expect_run_error(self, library, words, **environment):
        env = dict(os.environ, **environment)
        done = subprocess.run(
            [os.path.join(self.bin, "onnxc-run"), library, "--random"],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
        if done.returncode == 0 or words not in done.stderr:
            raise Failure(f"'{words}' was expected, not: {done.stdout}"
                          f"{done.stderr}")

    def check_range(self, library, _, **environment):
        """Each tensor is seen by itself, however large all weights are."""
        info = run(os.path.join(self.bin, "onnxc-run"), "--info", library)
        weights = int(re.search(r"weights +(\d+) bytes", info).group(1))
        if weights < 60000:
            raise Failure(f"{weights} bytes of weights are too few")
        run(os.path.join(self.bin, "onnxc-run"), library, "--random",
            env=dict(os.environ, ONNXC_VULKAN_RANGE="40000", **environment))

    def error_cases(self):
        cuda = os.path.join(self.folder, "cuda.so")
        vulkan = os.path.join(self.folder, "vulkan.so")
        newer = os.path.join(self.folder, "newer.so")
        model = self.model("tiny_ds_cnn")
        self.onnxc(model, "--target=nvptx64", "--emit=shared", "-o", cuda)
        self.onnxc(model, "--target=nvptx64", "-mcpu=sm_90", "--emit=shared",
                   "-o", newer)
        self.onnxc(model, "--target=vulkan", "--emit=shared", "-o", vulkan)
        fake = {"LD_LIBRARY_PATH": self.fake_cuda}
        empty = os.path.join(self.folder, "empty.json")
        check = self.expect_run_error
        cases = [
            (check, (cuda, "no CUDA device is there"),
             {"ONNXC_FAKE_CUDA": "none", **fake}),
            (check, (newer, "earlier compute capability"),
             {"ONNXC_FAKE_CUDA": "sm_80", **fake}),
            (check, (cuda, "out of memory"),
             {"ONNXC_FAKE_CUDA_MEMORY": "60000", **fake}),
            (check, (vulkan, "no Vulkan driver is installed"),
             {"VK_ICD_FILENAMES": empty, "VK_DRIVER_FILES": empty}),
        ]
        # lavapipe has it all, so some is taken away.
        loader = ctypes.util.find_library("vulkan")
        limited = {"LD_LIBRARY_PATH": self.limited_vulkan,
                   "ONNXC_REAL_VULKAN": find_library_path(loader)}
        lacking = os.path.join(self.folder, "f16.so")
        half = os.path.join(self.folder, "f16.onnx")
        products.get_cases("f16")["smallest"]().save_model(half)
        self.onnxc(half, "--target=vulkan", "--emit=shared", "-o", lacking)
        for feature, words in (("float16", "no half precision"),
                               ("storage16", "no 16-bit storage")):
            cases.append((check, (lacking, words),
                          {"ONNXC_VULKAN_LACKS": feature, **limited}))
        cases.append((check, (vulkan, "larger than a shader of the Vulkan "
                                      "device can see"),
                      {"ONNXC_VULKAN_RANGE": "1024", **limited}))
        cases.append((self.check_range, (vulkan, "in small views"), limited))
        if not shutil.which("nvidia-smi"):
            cases.append((check, (cuda, "the device's driver is not installed: "
                                        "libcuda.so.1"), {}))
        programs = {"a program": self.check_program,
                    "a program for the CPU": self.check_cpu_program}
        return {**programs, **{arguments[1]: functools.partial(function, *arguments, **env)
                               for function, arguments, env in cases}}

    # --- the report --------------------------------------------------------

    def report(self):
        print(f"{'model':18}{'kernels':>8}" + "".join(
            f"{name:>9}" for name in ARCHITECTURES) + "   most frequent")
        for name in ASSEMBLED:
            columns = []
            for architecture in ARCHITECTURES:
                kernels = self.assemble_model(name, architecture)
                most = max(kernel.registers for kernel in kernels)
                spilled = sum(kernel.spilled > 0 for kernel in kernels)
                columns.append(f"{most}" + (f"+{spilled}s" if spilled else ""))
            mix = get_mix(os.path.join(self.folder, name + ".sm_80.ptx"))
            frequent = ", ".join(f"{count} {op}"
                                 for op, count in mix.most_common(5))
            print(f"{name:18}{len(kernels):8}" + "".join(
                f"{column:>9}" for column in columns) + "   " + frequent)
        print(f"\n{'product':14}{'shared':>8}" + "".join(
            f"{name:>9}" for name in ARCHITECTURES) + "".join(
                f"{op:>12}" for op in COUNTED))
        for name, make in products.get_large_cases().items():
            columns = []
            for architecture in ARCHITECTURES:
                path, kernels = self.assemble_product(name, make, architecture)
                kernel = max(kernels, key=lambda kernel: kernel.shared)
                columns.append(f"{kernel.registers}" +
                               ("s" if kernel.spilled else ""))
            mix = get_mix(path)
            counts = [sum(count for found, count in mix.items()
                          if found.startswith(op)) for op in COUNTED]
            print(f"{name:14}{kernel.shared:8}" + "".join(
                f"{column:>9}" for column in columns) + "".join(
                    f"{count:12}" for count in counts))


def main():
    parser = runner_arguments.RunnerArguments(__doc__)
    parser.add_argument("--device", action="store_true",
                        help="on a real CUDA device")
    parser.add_argument("--all", action="store_true",
                        help="also what takes minutes")
    parser.add_argument("what", choices=("vulkan", "cuda", "errors", "report"))
    options = parser.parse()
    if options.device and not shutil.which("nvidia-smi"):
        print("skipped: there is no CUDA device\n0 passed, 0 failed")
        return 0
    with runner_arguments.case_folder(options, options.what) as folder:
        suite = Suite(options, folder)
        kind = options.what
        if kind == "report":
            suite.report()
            return 0
        if kind == "errors":
            return run_cases(suite.error_cases(), options)
        partial = functools.partial
        models = MODELS[kind] + (SLOW_MODELS[kind] if options.all else ())
        cases = {name: partial(suite.check_model, kind, name)
                 for name in models}
        cases["operators"] = partial(suite.check_operators, kind)
        cases["tiny_resnet8 in halves"] = lambda: suite.check_half_model(
            kind, "tiny_resnet8", onnx.load(suite.model("tiny_resnet8")))
        cases["a transformer in halves"] = lambda: suite.check_half_model(
            kind, "transformer", half_models.transformer(), rows=21)
        cases["graphs"] = partial(suite.check_graphs, kind)
        cases["sizes"] = partial(suite.check_sizes, kind)
        for name, make in divided.get_cases().items():
            cases[name] = partial(suite.check_case, kind, name, make)
        if kind == "cuda":
            for element in products.TYPES:
                for name, make in products.get_cases(element).items():
                    name = f"{element} {name}"
                    cases[name] = partial(suite.check_case, kind, name, make)
            for name, (is_shared, make) in rows.get_cases().items():
                cases[name] = partial(suite.check_rows, name, is_shared, make)
            for name, make in products.get_planted_cases().items():
                cases[f"{name}: planted faults"] = partial(
                    suite.check_planted_faults, make)
        if kind == "vulkan":
            for name in ASSEMBLED:
                cases[name + ": spirv-val"] = partial(suite.check_modules, name)
            cases["validation layers"] = partial(suite.check_silence,
                                                 "tiny_mobilenet")
        elif not find_ptxas():
            print("skipped: there is no ptxas, PTX is not assembled (pip "
                  "install nvidia-cuda-nvcc)")
        else:
            for name in ASSEMBLED:
                for architecture in ARCHITECTURES:
                    cases[f"{name}: ptxas {architecture}"] = partial(
                        suite.check_assembly, name, architecture)
            for name, make in products.get_large_cases().items():
                for architecture in ARCHITECTURES:
                    cases[f"{name}: ptxas {architecture}"] = partial(
                        suite.check_product_assembly, name, make, architecture)
        return run_cases(cases, options)


if __name__ == "__main__":
    sys.exit(main())
