#include "tests/unit/text_example.h"

static const struct bad bad_choices[] = {
    { CHOICES "  x in 1 WSACleanup at call : run t\n", 6, 3, "\"x\"" },
    { CHOICES "  t\n", 6, 4, "the line ends" },
    { CHOICES "  t at call : run t\n", 6, 5, "\"at\"" },
    { CHOICES "  t in x WSACleanup at call : run t\n", 6, 8, "\"x\"" },
    { CHOICES "  t in 0 WSACleanup at call : run t\n", 6, 8, "\"0\"" },
    { CHOICES "  t in 2 WSACleanup at call : run t\n", 6, 8, "\"2\"" },
    { CHOICES "  t in 1 send at call : run t\n", 6, 10, "\"send\"" },
    { CHOICES "  t in 1 WSACleanup call : run t\n", 6, 21, "\"call\"" },
    { CHOICES "  t in 1 WSACleanup at\n", 6, 23, "the line ends" },
    { CHOICES "  t in 1 WSACleanup at home : run t\n", 6, 24, "\"home\"" },
    { CHOICES "  t in 1 WSACleanup at WSPNo>tcp : run t\n", 6, 24, "WSPNo" },
    { CHOICES "  t in 1 WSACleanup at WSPCleanup>no : run t\n",
      6,
      24,
      "WSPCleanup>no" },
    { CHOICES "  t in 1 WSACleanup at WSPCleanup> : run t\n",
      6,
      24,
      "WSPCleanup>" },
    { CHOICES "  t in 1 WSACleanup at WSPCleanup^tcp : run t\n",
      6,
      24,
      "WSPCleanup^tcp" },
    { CHOICES "  t in 1 WSACleanup at wait:bus : run t\n", 6, 24, "wait:bus" },
    { CHOICES "  t in 1 WSACleanup at call #0 : run t\n", 6, 29, "\"#0\"" },
    { CHOICES "  t in 1 WSACleanup at call #65537 : run t\n",
      6,
      29,
      "\"#65537\"" },
    { CHOICES "  t in 1 WSACleanup at call #1x : run t\n", 6, 29, "\"#1x\"" },
    { CHOICES "  t in 1 WSACleanup at call\n", 6, 28, "the line ends" },
    { CHOICES "  t in 1 WSACleanup at call: run t\n", 6, 24, "\"call:\"" },
    { CHOICES "  t in 1 WSACleanup at call :\n", 6, 30, "the line ends" },
    { CHOICES "  t in 1 WSACleanup at call : hop\n", 6, 31, "\"hop\"" },
    { CHOICES "  t in 1 WSACleanup at call : run\n", 6, 34, "the line ends" },
    { CHOICES "  t in 1 WSACleanup at call : run x\n", 6, 35, "\"x\"" },
    { CHOICES "  t in 1 WSACleanup at call : run A.worker0\n",
      6,
      35,
      "\"A.worker0\"" },
    { CHOICES "  t in 1 WSACleanup at call : run A.worker17\n",
      6,
      35,
      "\"A.worker17\"" },
    { CHOICES "  t in 1 WSACleanup at call : run B.worker1\n",
      6,
      35,
      "\"B.worker1\"" },
    { CHOICES "  t in 1 WSACleanup at call : run t t\n", 6, 37, "\"t\"" },
    { CHOICES "  t in 1 WSACleanup at call : reuse\n", 6, 31, "\"reuse\"" },
    { CHOICES "  t in 1 WSACleanup at call : fire\n", 6, 35, "the line ends" },
    { CHOICES "  t in 1 WSACleanup at call : fire up 1\n", 6, 36, "\"up\"" },
    { CHOICES "  t in 1 WSACleanup at call : fire ack 0\n", 6, 40, "\"0\"" },
    { CHOICES "  t in 1 WSACleanup at call : fire timeout 1\n",
      6,
      44,
      "\"1\"" },
    { CHOICES "  A.worker1 at call : run t\n", 6, 16, "\"call\"" },
    { CHOICES "  A.worker1 in 1 send at end : run t\n", 6, 13, "\"in\"" },
    { CHOICES "  idle : run t\n", 6, 8, "\":\"" },
    { CHOICES "  idle #0 : run t\n", 6, 8, "\"#0\"" },
    { CHOICES "  idle #1 : reuse\n", 6, 13, "\"reuse\"" },
    { CHOICES "  packet\n", 6, 9, "the line ends" },
    { CHOICES "  packet 1 : late 1\n", 6, 10, "\"1\"" },
    { CHOICES "  packet 0.1 : late 1\n", 6, 10, "\"0.1\"" },
    { CHOICES "  packet 256.1 : late 1\n", 6, 10, "\"256.1\"" },
    { CHOICES "  packet 1.65536 : late 1\n", 6, 10, "\"1.65536\"" },
    { CHOICES "  packet 1.1 late 1\n", 6, 14, "\"late\"" },
    { CHOICES "  packet 1.1 : soon 1\n", 6, 16, "\"soon\"" },
    { CHOICES "  packet 1.1 : late 0\n", 6, 21, "\"0\"" },
    { CHOICES "  packet 1.1 : late 4\n", 6, 21, "\"4\"" },
};

/* The same for choices. */
static void errors_of_choices_name_line_column_and_word(void **state)
{
    (void)state;

    check_bad(bad_choices, LC_COUNT_OF(bad_choices));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_choices_name_line_column_and_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
