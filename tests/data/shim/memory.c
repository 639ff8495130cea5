/* Heaps, pages, and the memory of the C run-time. */
#include "shim.h"

static int heaps(void)
{
    HANDLE heap = K(HeapCreate)(0, 0, 0);
    HANDLE shared = K(GetProcessHeap)();
    CHECK(heap != NULL && shared != NULL && heap != shared);
    unsigned char *a = K(HeapAlloc)(heap, HEAP_ZERO_MEMORY, 100);
    CHECK(a != NULL && a[0] == 0 && a[99] == 0);
    CHECK((ULONG_PTR)a % 16 == 0);
    CHECK(K(HeapSize)(heap, 0, a) == 100);
    a[99] = 7;
    unsigned char *b = K(HeapReAlloc)(heap, HEAP_ZERO_MEMORY, a, 3000);
    CHECK(b != NULL && b[99] == 7 && b[2999] == 0);
    CHECK(K(HeapValidate)(heap, 0, b) && K(HeapValidate)(heap, 0, NULL));
    CHECK(!K(HeapValidate)(shared, 0, b));
    CHECK(K(HeapReAlloc)(heap, HEAP_REALLOC_IN_PLACE_ONLY, b, 1000000) == NULL);
    CHECK(K(HeapReAlloc)(heap, HEAP_REALLOC_IN_PLACE_ONLY, b, 10) == b);
    CHECK(K(HeapSize)(heap, 0, b) == 10);
    CHECK(K(
        HeapSetInformation)(NULL, HeapEnableTerminationOnCorruption, NULL, 0));
    CHECK(K(HeapFree)(heap, 0, b) && K(HeapFree)(heap, 0, NULL));
    CHECK(K(HeapAlloc)(heap, 0, (SIZE_T)1 << 40) == NULL);
    CHECK(K(HeapAlloc)(heap, 0, 50) != NULL); /* it goes with its heap */
    CHECK(K(HeapDestroy)(heap));
    CHECK(K(HeapAlloc)(heap, 0, 1) == NULL);
    return 0;
}

static int local(void)
{
    unsigned char *a = K(LocalAlloc)(LPTR, 20);
    CHECK(a != NULL && a[19] == 0 && K(LocalFree)(a) == NULL);
    a = K(GlobalAlloc)(GPTR, 30);
    CHECK(a != NULL && a[29] == 0 && K(GlobalFree)(a) == NULL);
    CHECK(K(LocalFree)(NULL) == NULL);
    return 0;
}

static int pages(void)
{
    MEMORY_BASIC_INFORMATION info;
    DWORD old = 0;
    unsigned char *a =
        K(VirtualAlloc)(NULL, 10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    CHECK(a != NULL && (ULONG_PTR)a % 4096 == 0);
    a[9999] = 1;
    CHECK(K(VirtualProtect)(a, 4096, PAGE_READONLY, &old));
    CHECK(old == PAGE_READWRITE);
    CHECK(K(VirtualQuery)(a, &info, sizeof info) == sizeof info);
    CHECK(info.Protect == PAGE_READONLY && info.RegionSize == 4096);
    CHECK(info.AllocationBase == a && info.State == MEM_COMMIT);
    CHECK(!K(VirtualFree)(a, 1, MEM_RELEASE));
    CHECK(K(VirtualFree)(a, 0, MEM_RELEASE));
    return 0;
}

static int run_time(void)
{
    unsigned char *a = C(malloc)(10);
    CHECK(a != NULL && C(_msize)(a) == 10);
    CHECK(C(memset)(a, 5, 10) == a && a[9] == 5);
    a = C(realloc)(a, 200);
    CHECK(a != NULL && a[9] == 5);
    unsigned char *b = C(calloc)(4, 50);
    CHECK(b != NULL && b[199] == 0);
    CHECK(C(memcpy)(b, a, 10) == b && C(memcmp)(a, b, 10) == 0);
    CHECK(C(memcmp)(a, b + 10, 1) > 0);
    CHECK(C(memmove)(b + 1, b, 10) == b + 1 && b[10] == 5);
    b[3] = 9;
    CHECK(C(memchr)(b, 9, 20) == b + 3 && C(memchr)(b, 8, 20) == NULL);
    C(free)(a);
    C(free)(b);
    C(free)(NULL);
    CHECK(C(calloc)((size_t)1 << 40, (size_t)1 << 40) == NULL);
    char *copy = C(_strdup)("text");
    CHECK(strcmp(copy, "text") == 0);
    C(free)(copy);
    wchar_t *wide = C(_wcsdup)(L"wide");
    CHECK(wcscmp(wide, L"wide") == 0);
    C(free)(wide);
    return 0;
}

/* More than a lane has room for, but for what is used again. */
static int again_and_again(void)
{
    static unsigned char *kept[16];
    for (int i = 0; i < 2000; i++) {
        SIZE_T size = (SIZE_T)(i * 37 % 9000);
        unsigned char *block = HeapAlloc(GetProcessHeap(), 0, size);
        CHECK(block != NULL && (ULONG_PTR)block % 16 == 0);
        memset(block, i, size);
        unsigned char **place = &kept[i * 7 % 16];
        CHECK(HeapFree(GetProcessHeap(), 0, *place));
        *place = block;
    }
    for (int i = 0; i < 16; i++) {
        CHECK(HeapFree(GetProcessHeap(), 0, kept[i]));
    }
    return 0;
}

part_fn *const parts[] = {
    heaps, local, pages, run_time, again_and_again, NULL
};
