/* options.c: see options.h.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: chat TOKENIZER [options]\n"
    "  --prompt TEXT     answer this, and end; else lines are read\n"
    "  --system TEXT     what the model is told of itself\n"
    "  --raw             go on with the text as it is, without roles; names "
    "of\n"
    "                    special tokens stand for them\n"
    "  --tokens N        end an answer behind so many (512)\n"
    "  --temperature T   draw tokens; 0, as without, takes the likeliest\n"
    "  --top-k N         draw among the N likeliest (40; 0 for all)\n"
    "  --top-p P         draw among those that make up this share (0.95)\n"
    "  --seed N          draw others (1)\n"
    "  --speculate N     guess N tokens, up to 32, by what was said, and "
    "check\n"
    "                    them in one run\n"
    "  --threads N       0, as without, takes all CPUs\n"
    "  --weights FILE    of a model compiled with --weights=file\n"
    "  --timing          say how long it took\n"
    "  --numbers         print the tokens' numbers: of a prompt, of its "
    "answer\n";

static double number(const char *name, const char *text, double least,
                     double most) {
  char *end;
  double value = strtod(text, &end);
  if (*end || end == text || !(value >= least && value <= most)) {
    fprintf(stderr, "chat: %s takes a number from %.0f to %.0f, not %s\n", name,
            least, most, text);
    exit(2);
  }
  return value;
}

static int read_flag(options *o, const char *name) {
  if (strcmp(name, "--raw") == 0)
    o->raw = 1;
  else if (strcmp(name, "--timing") == 0)
    o->timing = 1;
  else if (strcmp(name, "--numbers") == 0)
    o->numbers = 1;
  else
    return 0;
  return 1;
}

static int read_option(options *o, const char *name, const char *value) {
  const double any = INT32_MAX;
  if (strcmp(name, "--prompt") == 0)
    o->prompt = value;
  else if (strcmp(name, "--system") == 0)
    o->system = value;
  else if (strcmp(name, "--weights") == 0)
    o->weights = value;
  else if (strcmp(name, "--tokens") == 0)
    o->tokens = (int64_t)number(name, value, 0, any);
  else if (strcmp(name, "--temperature") == 0)
    o->temperature = number(name, value, 0, 100);
  else if (strcmp(name, "--top-k") == 0)
    o->top_k = (int64_t)number(name, value, 0, any);
  else if (strcmp(name, "--top-p") == 0)
    o->top_p = number(name, value, 0, 1);
  else if (strcmp(name, "--seed") == 0)
    o->seed = (int64_t)number(name, value, 0, any);
  else if (strcmp(name, "--speculate") == 0)
    o->speculate = (int64_t)number(name, value, 0, MAX_DRAFT);
  else if (strcmp(name, "--threads") == 0)
    o->threads = (int64_t)number(name, value, 0, 1024);
  else
    return 0;
  return 1;
}

options read_options(int argc, char **argv) {
  options o = {0};
  o.system = "You are a helpful AI assistant named SmolLM, trained by "
             "Hugging Face";
  o.tokens = 512;
  o.top_k = 40;
  o.top_p = 0.95;
  o.seed = 1;
  for (int i = 1; i < argc; ++i) {
    if (read_flag(&o, argv[i]))
      continue;
    if (i + 1 < argc && read_option(&o, argv[i], argv[i + 1])) {
      ++i;
    } else if (argv[i][0] != '-' && !o.tokenizer) {
      o.tokenizer = argv[i];
    } else {
      fprintf(stderr, "chat: what is %s?\n%s", argv[i], usage);
      exit(2);
    }
  }
  if (!o.tokenizer) {
    fputs(usage, stderr);
    exit(2);
  }
  return o;
}
