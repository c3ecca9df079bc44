// Together.cpp: threads that share memory, wait for each other and multiply
// matrices; and the mistakes that they make.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Run.h"

#include <catch2/catch.hpp>

using namespace ptx;
using namespace ptx::test;

// %rd3 is the thread's place in the output.
static const std::string kPlace =
    "mov.u32 %r9, %tid.x; mul.wide.u32 %rd3, %r9, 4;"
    "add.s64 %rd3, %rd2, %rd3;";

static std::string fail(const std::string &text, Dim3 block) {
  try {
    run(text, std::vector<uint32_t>(1024), 1024, block);
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

TEST_CASE("branches part and meet") {
  auto result = run(program(kPlace + R"(
    and.b32 %r1, %r9, 1;
    setp.eq.s32 %p1, %r1, 0;
    @%p1 bra even;
    mov.u32 %r2, 7;
    bra.uni join;
  even:
    mov.u32 %r2, 5;
  join:
    st.global.u32 [%rd3], %r2;)"),
                    {}, 64, {64});
  for (unsigned i = 0; i < 64; ++i)
    CHECK(result[i] == (i % 2 ? 7 : 5));
}

static const std::string kReverse = R"(
    shl.b32 %r2, %r9, 2;
    mov.u32 %r3, tile;
    add.s32 %r3, %r3, %r2;
    st.shared.u32 [%r3], %r9;
    BARRIER
    mov.u32 %r4, 63; sub.s32 %r4, %r4, %r9; shl.b32 %r4, %r4, 2;
    mov.u32 %r5, tile; add.s32 %r5, %r5, %r4;
    ld.shared.u32 %r6, [%r5];
    st.global.u32 [%rd3], %r6;)";

static std::string reverse(const std::string &barrier) {
  std::string body = kReverse;
  body.replace(body.find("BARRIER"), 7, barrier);
  return program(kPlace + body, ".shared .align 4 .b8 tile[256];");
}

TEST_CASE("a barrier orders a group, and its absence is found") {
  auto result = run(reverse("bar.sync 0;"), {}, 64, {64});
  for (unsigned i = 0; i < 64; ++i)
    CHECK(result[i] == 63 - i);
  // Warp by warp, the second would read what the first has not yet written.
  CHECK(fail(reverse(""), {64}).find("has written") != std::string::npos);
  CHECK(fail(reverse("bar.warp.sync -1;"), {64}) != "");
}

TEST_CASE("races are found even where the numbers come out right") {
  // All threads write the same.
  CHECK(fail(program("mov.u32 %r1, 1; st.global.u32 [%rd2], %r1;"), {2})
            .find("a race") != std::string::npos);
  // Read by the neighbour that runs later.
  CHECK(fail(program(kPlace + R"(
    st.global.u32 [%rd3], %r9;
    setp.eq.s32 %p1, %r9, 0;
    @%p1 bra end;
    ld.global.u32 %r1, [%rd3+-4];
  end:)"),
             {32})
            .find("a race") != std::string::npos);
}

TEST_CASE("a barrier that not all come to is an error") {
  CHECK(fail(program(kPlace + R"(
    setp.lt.u32 %p1, %r9, 16;
    @%p1 bra end;
    bar.sync 0;
  end:)"),
             {32})
            .find("should run this together") != std::string::npos);
  CHECK(fail(program(kPlace + R"(
    setp.lt.u32 %p1, %r9, 32;
    @%p1 bra end;
    bar.sync 0;
  end:)"),
             {64})
            .find("does not come to") != std::string::npos);
}

TEST_CASE("nobody leaves a buffer") {
  CHECK(fail(program("ld.global.u32 %r1, [%rd1+4100];"), {1}).find("outside") !=
        std::string::npos);
  CHECK(fail(program("ld.global.u32 %r1, [%rd1+2];"), {1}).find("multiple") !=
        std::string::npos);
  CHECK(fail(program("ld.shared.u32 %r1, [tile+256];",
                     ".shared .align 4 .b8 tile[256];"),
             {1})
            .find("outside") != std::string::npos);
  CHECK(fail(program("ld.global.u32 %r1, [%rd2];"), {1})
            .find("nobody has written") != std::string::npos);
}

TEST_CASE("threads wait for each other at a shuffle") {
  // The even ones are there before the odd ones have come to their detour.
  auto text = [](const std::string &last) {
    return program(kPlace + R"(
      and.b32 %r1, %r9, 1;
      setp.ne.u32 %p1, %r1, 0;
      mov.u32 %r2, 0;
      @%p1 bra $detour;
    $join:
      shfl.sync.bfly.b32 %r3, %r2, 1, 31, -1;
      st.global.u32 [%rd3], %r3;
      bra.uni $end;
    $detour:
      mov.u32 %r2, 7;
      )" + last + R"(
    $end:
      )");
  };
  auto result = run(text("bra.uni $join;"), {}, 32, {32});
  for (unsigned i = 0; i < 32; ++i)
    CHECK(result[i] == (i % 2 ? 0u : 7u));
  // They wait in vain where the others never come.
  CHECK(fail(text("bra.uni $end;"), {32}).find("together") !=
        std::string::npos);
}

TEST_CASE("shuffles") {
  auto get = [](const std::string &mode, const std::string &operands) {
    return run(program(kPlace + "shfl.sync." + mode + ".b32 %r1|%p1, %r9, " +
                       operands + "; st.global.u32 [%rd3], %r1;"),
               {}, 32, {32});
  };
  auto down = get("down", "4, 31, -1"), up = get("up", "4, 0, -1"),
       butterfly = get("bfly", "1, 31, -1"), index = get("idx", "5, 31, -1"),
       // Segments of 8 threads.
      parts = get("idx", "1, 0x181f, -1");
  for (unsigned i = 0; i < 32; ++i) {
    CHECK(down[i] == (i + 4 < 32 ? i + 4 : i));
    CHECK(up[i] == (i >= 4 ? i - 4 : i));
    CHECK(butterfly[i] == (i ^ 1));
    CHECK(index[i] == 5);
    CHECK(parts[i] == i / 8 * 8 + 1);
  }
}

TEST_CASE("an asynchronous copy is there once it was waited for") {
  auto text = [](const std::string &wait) {
    return program(kPlace + R"(
      cvt.u64.u32 %rd4, %r9; shl.b64 %rd5, %rd4, 4; add.s64 %rd6, %rd1, %rd5;
      mov.u32 %r2, tile; shl.b32 %r3, %r9, 4; add.s32 %r2, %r2, %r3;
      cp.async.cg.shared.global [%r2], [%rd6], 16;
      cp.async.commit_group; )" +
                       wait + R"(
      ld.shared.v4.u32 {%r4, %r5, %r6, %r7}, [%r2];
      st.global.u32 [%rd3], %r7;)",
                   ".shared .align 16 .b8 tile[512];");
  };
  std::vector<uint32_t> in(128);
  for (unsigned i = 0; i < 128; ++i)
    in[i] = 100 + i;
  auto result = run(text("cp.async.wait_group 0;"), in, 32, {32});
  for (unsigned i = 0; i < 32; ++i)
    CHECK(result[i] == 100 + 4 * i + 3);
  CHECK(fail(text("cp.async.wait_group 1;"), {32}).find("asynchronous copy") !=
        std::string::npos);
}

// The tables of the ISA, element by element: thread t of group g = t / 4 with
// i = t % 4 holds of A (16 x 16) in registers 0 to 3 rows g, g + 8, g, g + 8
// and columns 2 i, 2 i, 2 i + 8, 2 i + 8; of B (16 x 8) rows 2 i and 2 i + 8 of
// column g; of C (16 x 8) rows g and g + 8, columns 2 i.
TEST_CASE("m16n8k16 multiplies fragments as the tables lay them out") {
  float a[16][16], b[16][8];
  for (int row = 0; row < 16; ++row)
    for (int k = 0; k < 16; ++k)
      a[row][k] = float((row * 7 + k * 3) % 11 - 5);
  for (int k = 0; k < 16; ++k)
    for (int column = 0; column < 8; ++column)
      b[k][column] = float((k * 5 + column * 2) % 7 - 3);
  auto pair = [](float low, float high) {
    return uint32_t(floatToHalf(low)) | uint32_t(floatToHalf(high)) << 16;
  };
  std::vector<uint32_t> in;
  for (int t = 0; t < 32; ++t) {
    int g = t / 4, i = t % 4;
    in.push_back(pair(a[g][2 * i], a[g][2 * i + 1]));
    in.push_back(pair(a[g + 8][2 * i], a[g + 8][2 * i + 1]));
    in.push_back(pair(a[g][2 * i + 8], a[g][2 * i + 9]));
    in.push_back(pair(a[g + 8][2 * i + 8], a[g + 8][2 * i + 9]));
    in.push_back(pair(b[2 * i][g], b[2 * i + 1][g]));
    in.push_back(pair(b[2 * i + 8][g], b[2 * i + 9][g]));
    in.insert(in.end(), 2, 0);
  }
  auto result = run(program(R"(
    mov.u32 %r9, %tid.x; mul.wide.u32 %rd3, %r9, 32; add.s64 %rd4, %rd1, %rd3;
    mul.wide.u32 %rd3, %r9, 16; add.s64 %rd5, %rd2, %rd3;
    ld.global.v4.b32 {%r1, %r2, %r3, %r4}, [%rd4];
    ld.global.v2.b32 {%r5, %r6}, [%rd4+16];
    mov.f32 %f4, 0f3F800000;
    mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
      {%f0, %f1, %f2, %f3}, {%r1, %r2, %r3, %r4}, {%r5, %r6},
      {%f4, %f4, %f4, %f4};
    st.global.v4.f32 [%rd5], {%f0, %f1, %f2, %f3};)"),
                    in, 128, {32});
  for (int t = 0; t < 32; ++t)
    for (int k = 0; k < 4; ++k) {
      int row = t / 4 + (k / 2) * 8, column = t % 4 * 2 + k % 2;
      float sum = 1;
      for (int d = 0; d < 16; ++d)
        sum += a[row][d] * b[d][column];
      CHECK(result[4 * t + k] == bits(sum));
    }
}

TEST_CASE("ldmatrix gives each thread its pair of a row, or of a column") {
  auto load = [](const std::string &trans) {
    return run(program(R"(
      mov.u32 %r9, %tid.x; mul.wide.u32 %rd3, %r9, 4;
      add.s64 %rd4, %rd2, %rd3; add.s64 %rd5, %rd1, %rd3;
      ld.global.b32 %r1, [%rd5];
      mov.u32 %r2, tile; shl.b32 %r3, %r9, 2; add.s32 %r4, %r2, %r3;
      st.shared.b32 [%r4], %r1;
      bar.sync 0;
      and.b32 %r5, %r9, 7; shl.b32 %r5, %r5, 4; add.s32 %r5, %r2, %r5;
      ldmatrix.sync.aligned.m8n8.x1)" +
                           trans + R"(.shared.b16 {%r6}, [%r5];
      st.global.b32 [%rd4], %r6;)",
                       ".shared .align 16 .b8 tile[128];"),
               [] {
                 std::vector<uint32_t> in; // element (r, c) is 8 r + c
                 for (uint32_t i = 0; i < 32; ++i)
                   in.push_back(2 * i | (2 * i + 1) << 16);
                 return in;
               }(),
               32, {32});
  };
  auto rows = load(""), columns = load(".trans");
  for (uint32_t t = 0; t < 32; ++t) {
    uint32_t row = t / 4, column = t % 4 * 2;
    CHECK(rows[t] == ((8 * row + column) | (8 * row + column + 1) << 16));
    CHECK(columns[t] == ((8 * column + row) | (8 * (column + 1) + row) << 16));
  }
}
