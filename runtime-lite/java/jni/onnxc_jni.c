/* onnxc_jni.c: the functions of onnxc.Native. Texts cross as bytes that end
 * with a zero; what is wrong is told by numbers, and Java asks for the words.
 *
 * Part of onnxc, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include <onnxc/session.h>

#include <jni.h>
#include <stdlib.h>
#include <string.h>

#define NATIVE(type, name) JNIEXPORT type JNICALL Java_onnxc_Native_##name
#define SESSION(handle) ((onnxc_session *)(intptr_t)(handle))
#define LIBRARY(handle) ((onnxc_library *)(intptr_t)(handle))

/* A copy that the caller frees; null of null, or with an exception. */
static char *copy_text(JNIEnv *env, jbyteArray text) {
  if (!text)
    return NULL;
  jsize length = (*env)->GetArrayLength(env, text);
  char *copy = malloc((size_t)length + 1);
  if (!copy) {
    (*env)->ThrowNew(env, (*env)->FindClass(env, "java/lang/OutOfMemoryError"),
                     "onnxc");
    return NULL;
  }
  (*env)->GetByteArrayRegion(env, text, 0, length, (jbyte *)copy);
  copy[length] = '\0';
  return copy;
}

static jbyteArray make_text(JNIEnv *env, const char *text) {
  if (!text)
    return NULL;
  jsize length = (jsize)strlen(text);
  jbyteArray bytes = (*env)->NewByteArray(env, length);
  if (bytes)
    (*env)->SetByteArrayRegion(env, bytes, 0, length, (const jbyte *)text);
  return bytes;
}

/* Writes a text to Java's array, which has room for it. */
static void give_text(JNIEnv *env, jbyteArray to, const char *text) {
  (*env)->SetByteArrayRegion(env, to, 0, (jsize)strlen(text) + 1,
                             (const jbyte *)text);
}

NATIVE(jlong, openLibrary)(JNIEnv *env, jclass self, jbyteArray path,
                           jbyteArray prefix, jbyteArray weights,
                           jbyteArray message) {
  (void)self;
  char text[512] = "out of memory";
  char *texts[3] = {copy_text(env, path), copy_text(env, prefix),
                    copy_text(env, weights)};
  onnxc_library *library = NULL;
  if (!(*env)->ExceptionCheck(env)) {
    library = onnxc_library_open(texts[0], texts[1], texts[2], text, sizeof text);
    give_text(env, message, text);
  }
  for (int i = 0; i < 3; ++i)
    free(texts[i]);
  return (jlong)(intptr_t)library;
}

NATIVE(void, closeLibrary)(JNIEnv *env, jclass self, jlong library) {
  (void)env, (void)self;
  onnxc_library_close(LIBRARY(library));
}

NATIVE(jlong, createSession)(JNIEnv *env, jclass self, jlong library,
                             jbyteArray message) {
  (void)self;
  char text[512];
  onnxc_session *session = onnxc_session_create(
      onnxc_library_model(LIBRARY(library)),
      onnxc_library_weights(LIBRARY(library)), text, sizeof text);
  give_text(env, message, text);
  return (jlong)(intptr_t)session;
}

NATIVE(void, destroySession)(JNIEnv *env, jclass self, jlong session) {
  (void)env, (void)self;
  onnxc_session_destroy(SESSION(session));
}

NATIVE(jint, useThreads)(JNIEnv *env, jclass self, jlong session,
                         jint threads) {
  (void)env, (void)self;
  return onnxc_session_use_threads(SESSION(session), threads);
}

NATIVE(jbyteArray, message)(JNIEnv *env, jclass self, jlong session) {
  (void)self;
  return make_text(env, onnxc_session_message(SESSION(session)));
}

NATIVE(jbyteArray, blamed)(JNIEnv *env, jclass self, jlong session) {
  (void)self;
  return make_text(env, onnxc_session_blamed(SESSION(session)));
}

NATIVE(jint, count)(JNIEnv *env, jclass self, jlong session, jint isOutput) {
  (void)env, (void)self;
  return onnxc_session_count(SESSION(session), isOutput);
}

NATIVE(jint, find)(JNIEnv *env, jclass self, jlong session, jint isOutput,
                   jbyteArray name) {
  (void)self;
  char *text = copy_text(env, name);
  jint number =
      text ? onnxc_session_find(SESSION(session), isOutput, text) : -1;
  free(text);
  return number;
}

NATIVE(jbyteArray, name)(JNIEnv *env, jclass self, jlong session,
                         jint isOutput, jint number) {
  (void)self;
  return make_text(env,
                   onnxc_session_name(SESSION(session), isOutput, number));
}

NATIVE(jbyteArray, describe)(JNIEnv *env, jclass self, jlong session,
                             jint isOutput, jint number) {
  (void)self;
  return make_text(env,
                   onnxc_session_describe(SESSION(session), isOutput, number));
}

NATIVE(jint, dtype)(JNIEnv *env, jclass self, jlong session, jint isOutput,
                    jint number) {
  (void)env, (void)self;
  return onnxc_session_dtype(SESSION(session), isOutput, number);
}

NATIVE(jint, rank)(JNIEnv *env, jclass self, jlong session, jint isOutput,
                   jint number) {
  (void)env, (void)self;
  return onnxc_session_rank(SESSION(session), isOutput, number);
}

NATIVE(jlong, elements)(JNIEnv *env, jclass self, jlong session, jint isOutput,
                        jint number) {
  (void)env, (void)self;
  return onnxc_session_elements(SESSION(session), isOutput, number);
}

NATIVE(jlong, bytes)(JNIEnv *env, jclass self, jlong session, jint isOutput,
                     jint number) {
  (void)env, (void)self;
  return onnxc_session_bytes(SESSION(session), isOutput, number);
}

NATIVE(jlong, dim)(JNIEnv *env, jclass self, jlong session, jint isOutput,
                   jint number, jint dim) {
  (void)env, (void)self;
  return onnxc_session_dim(SESSION(session), isOutput, number, dim);
}

NATIVE(void, forget)(JNIEnv *env, jclass self, jlong session) {
  (void)env, (void)self;
  onnxc_session_forget(SESSION(session));
}

NATIVE(jint, set)(JNIEnv *env, jclass self, jlong session, jint number,
                  jint dtype, jlongArray shape) {
  (void)self;
  jsize rank = (*env)->GetArrayLength(env, shape);
  jlong *sizes = (*env)->GetLongArrayElements(env, shape, NULL);
  if (!sizes)
    return ONNXC_OUT_OF_MEMORY;
  int32_t status = onnxc_session_set(SESSION(session), number, dtype, rank,
                                     (const int64_t *)sizes, NULL);
  (*env)->ReleaseLongArrayElements(env, shape, sizes, JNI_ABORT);
  return status;
}

/* Copies all of an array of numbers, whose bytes Java has compared. */
static void copy_numbers(JNIEnv *env, jlong session, jint isOutput, jint number,
                         jarray array) {
  onnxc_session *of = SESSION(session);
  size_t bytes = (size_t)onnxc_session_bytes(of, isOutput, number);
  void *memory = onnxc_session_data(of, isOutput, number);
  void *elements =
      bytes ? (*env)->GetPrimitiveArrayCritical(env, array, NULL) : NULL;
  if (!elements)
    return;
  if (isOutput)
    memcpy(elements, memory, bytes);
  else
    memcpy(memory, elements, bytes);
  (*env)->ReleasePrimitiveArrayCritical(env, array, elements,
                                        isOutput ? 0 : JNI_ABORT);
}

NATIVE(void, setNumbers)(JNIEnv *env, jclass self, jlong session, jint number,
                         jobject array) {
  (void)self;
  copy_numbers(env, session, ONNXC_IS_INPUT, number, array);
}

NATIVE(void, getNumbers)(JNIEnv *env, jclass self, jlong session, jint number,
                         jobject array) {
  (void)self;
  copy_numbers(env, session, ONNXC_IS_OUTPUT, number, array);
}

NATIVE(jint, setStrings)(JNIEnv *env, jclass self, jlong session, jint number,
                         jlongArray lengths, jbyteArray bytes) {
  (void)self;
  jsize count = (*env)->GetArrayLength(env, lengths);
  jlong *sizes = (*env)->GetLongArrayElements(env, lengths, NULL);
  jbyte *texts = (*env)->GetByteArrayElements(env, bytes, NULL);
  int32_t status = ONNXC_OUT_OF_MEMORY;
  if (sizes && texts)
    status = onnxc_session_set_strings(SESSION(session), number, count,
                                       (const int64_t *)sizes,
                                       (const char *)texts);
  if (texts)
    (*env)->ReleaseByteArrayElements(env, bytes, texts, JNI_ABORT);
  if (sizes)
    (*env)->ReleaseLongArrayElements(env, lengths, sizes, JNI_ABORT);
  return status;
}

/* The bytes of all strings of an output, and their lengths. */
NATIVE(jbyteArray, getStrings)(JNIEnv *env, jclass self, jlong session,
                               jint number, jlongArray lengths) {
  (void)self;
  int64_t all = onnxc_session_get_strings(SESSION(session), number, NULL, NULL);
  if (all > INT32_MAX) {
    (*env)->ThrowNew(env, (*env)->FindClass(env, "java/lang/OutOfMemoryError"),
                     "the strings take more than an array of bytes holds");
    return NULL;
  }
  jbyteArray bytes = (*env)->NewByteArray(env, (jsize)all);
  jlong *sizes =
      bytes ? (*env)->GetLongArrayElements(env, lengths, NULL) : NULL;
  jbyte *texts = sizes ? (*env)->GetByteArrayElements(env, bytes, NULL) : NULL;
  if (texts) {
    onnxc_session_get_strings(SESSION(session), number, (int64_t *)sizes,
                              (char *)texts);
    (*env)->ReleaseByteArrayElements(env, bytes, texts, 0);
  }
  if (sizes)
    (*env)->ReleaseLongArrayElements(env, lengths, sizes, 0);
  return bytes;
}

NATIVE(jint, run)(JNIEnv *env, jclass self, jlong session) {
  (void)env, (void)self;
  return onnxc_session_run(SESSION(session));
}
