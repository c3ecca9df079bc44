// Scalar.cpp: single instructions against what the PTX ISA says of them.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Run.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace ptx;
using namespace ptx::test;

TEST_CASE("integers wrap, halve and widen") {
  CHECK(run1("add.s32 %r0, %r1, %r2;", 0x7fffffff, 1) == 0x80000000);
  CHECK(run1("mul.hi.u32 %r0, %r1, %r2;", 0xffffffff, 0xffffffff) ==
        0xfffffffe);
  CHECK(run1("mul.lo.s32 %r0, %r1, %r2;", 0x10000, 0x10001) == 0x10000);
  CHECK(run1("div.s32 %r0, %r1, %r2;", uint32_t(-7), 2) == uint32_t(-3));
  CHECK(run1("rem.s32 %r0, %r1, %r2;", uint32_t(-7), 2) == uint32_t(-1));
  CHECK(run1("shr.s32 %r0, %r1, %r2;", 0x80000000, 40) == 0xffffffff);
  CHECK(run1("shr.u32 %r0, %r1, %r2;", 0x80000000, 40) == 0);
  CHECK(run1("shl.b32 %r0, %r1, %r2;", 1, 32) == 0);
  CHECK(run1("add.sat.s32 %r0, %r1, %r2;", 0x7fffffff, 1) == 0x7fffffff);
}

TEST_CASE("bits move as the ISA says") {
  CHECK(run1("bfe.s32 %r0, %r1, 4, 8;", 0x0ff0, 0) == 0xffffffff);
  CHECK(run1("bfe.u32 %r0, %r1, 4, 8;", 0x0ff0, 0) == 0xff);
  CHECK(run1("bfi.b32 %r0, %r1, %r2, 8, 8;", 0xab, 0) == 0xab00);
  CHECK(run1("prmt.b32 %r0, %r1, %r2, 0x5410;", 0x11112222, 0x33334444) ==
        0x44442222);
  CHECK(run1("prmt.b32 %r0, %r1, %r2, 0x8;", 0x80, 0) == 0x808080ff);
  CHECK(run1("clz.b32 %r0, %r1;", 1, 0) == 31);
  CHECK(run1("clz.b32 %r0, %r1;", 0, 0) == 32);
  CHECK(run1("popc.b32 %r0, %r1;", 0xf0f0, 0) == 8);
  CHECK(run1("brev.b32 %r0, %r1;", 1, 0) == 0x80000000);
  CHECK(run1("lop3.b32 %r0, %r1, %r2, 0, 0x3c;", 0xff, 0x0f) == 0xf0);
  CHECK(run1("shf.l.wrap.b32 %r0, %r1, %r2, 8;", 0x12345678, 0x9abcdef0) ==
        0xbcdef012);
}

TEST_CASE("floats round, saturate and order") {
  CHECK(runFloat("fma.rn.f32 %f0, %f1, %f2, %f1;", 3, 4) == 15);
  CHECK(runFloat("mul.rz.f32 %f0, %f1, %f2;", 1 / 3.0f, 3) <
        runFloat("mul.rp.f32 %f0, %f1, %f2;", 1 / 3.0f, 3));
  CHECK(runFloat("add.sat.f32 %f0, %f1, %f2;", 3, 4) == 1);
  CHECK(runFloat("add.sat.f32 %f0, %f1, %f2;", NAN, 4) == 0);
  CHECK(runFloat("min.f32 %f0, %f1, %f2;", NAN, 4) == 4);
  CHECK(std::isnan(runFloat("min.NaN.f32 %f0, %f1, %f2;", NAN, 4)));
  CHECK(std::signbit(runFloat("min.f32 %f0, %f1, %f2;", 0.0f, -0.0f)));
  CHECK(runFloat("mul.ftz.f32 %f0, %f1, %f2;", 1e-40f, 1) == 0);
  CHECK(runFloat("copysign.f32 %f0, %f1, %f2;", -1, 5) == -5);
  CHECK(runFloat("cvt.rni.f32.f32 %f0, %f1;", 2.5f, 0) == 2);
  CHECK(runFloat("sqrt.rn.f32 %f0, %f1;", 2, 0) == std::sqrt(2.0f));
}

TEST_CASE("approximations are near, and not always exact") {
  unsigned numWrong = 0;
  for (int i = 1; i < 100; ++i) {
    float exact = 1 / float(i);
    float given = runFloat("rcp.approx.f32 %f0, %f1;", float(i), 0);
    CHECK(std::fabs(given - exact) <= 2.4e-7f * exact);
    numWrong += given != exact;
  }
  CHECK(numWrong > 10);
}

TEST_CASE("conversions clamp") {
  auto toInt = [](const std::string &what, float x) {
    return run1("mov.b32 %f1, %r1; " + what, bits(x), 0);
  };
  CHECK(toInt("cvt.rzi.s32.f32 %r0, %f1;", 3e9f) == 0x7fffffff);
  CHECK(toInt("cvt.rzi.u32.f32 %r0, %f1;", -1) == 0);
  CHECK(toInt("cvt.rzi.s32.f32 %r0, %f1;", NAN) == 0);
  CHECK(toInt("cvt.rmi.s32.f32 %r0, %f1;", -2.5f) == uint32_t(-3));
  CHECK(run1("cvt.sat.u8.s32 %r0, %r1;", 300, 0) == 255);
  CHECK(run1("cvt.s32.s8 %r0, %r1;", 0x80, 0) == 0xffffff80);
}

TEST_CASE("halves keep what they can") {
  CHECK(floatToHalf(1.0f) == 0x3c00);
  CHECK(floatToHalf(65520.0f) == 0x7c00);
  CHECK(floatToHalf(65519.0f) == 0x7bff);
  CHECK(floatToHalf(6e-8f) == 0x0001);
  CHECK(floatToHalf(2e-8f) == 0x0000);
  CHECK(floatToBfloat(1.00390625f) == 0x3f80); // a tie, to even
  for (uint32_t i = 0; i < 0x7c00; ++i)
    REQUIRE(floatToHalf(halfToFloat(uint16_t(i))) == i);
}

TEST_CASE("what is not known is an error") {
  CHECK_THROWS_AS(run1("add.rn.s32 %r0, %r1, %r2;", 0, 0), Error);
  CHECK_THROWS_AS(run1("add.cc.s32 %r0, %r1, %r2;", 0, 0), Error);
  CHECK_THROWS_AS(run1("frobnicate.u32 %r0, %r1;", 0, 0), Error);
  CHECK_THROWS_AS(run1("fma.f32 %f0, %f1, %f1, %f1;", 0, 0), Error);
  CHECK_THROWS_AS(run1("cvt.f32.f64 %f0, %fd0;", 0, 0), Error);
  CHECK_THROWS_AS(run1("mov.b32 %r99, %r1;", 0, 0), Error);
  CHECK_THROWS_AS(run1("mov.b64 %r0, %rd0;", 0, 0), Error);
  CHECK_THROWS_AS(run1("div.u32 %r0, %r1, 0;", 1, 0), Error);
}
