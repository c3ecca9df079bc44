/* SessionText.c: messages without a C library's printf, which WebAssembly's
 * modules do not have.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "Session.h"

void onnxc_start_text(onnxc_text *text, char *bytes, size_t room) {
  text->bytes = bytes;
  text->room = room;
  text->length = 0;
  if (room)
    bytes[0] = '\0';
}

void onnxc_add_text(onnxc_text *text, const char *more) {
  while (more && *more && text->length + 1 < text->room)
    text->bytes[text->length++] = *more++;
  if (text->room)
    text->bytes[text->length] = '\0';
}

void onnxc_add_number(onnxc_text *text, int64_t number) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  digits[--at] = '\0';
  do {
    digits[--at] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest);
  if (number < 0)
    digits[--at] = '-';
  onnxc_add_text(text, digits + at);
}
