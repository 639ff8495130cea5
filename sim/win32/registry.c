/*
 * The registry: a small fixed hive with what providers read of it. It can only
 * be read, as by a user without rights; nothing in it changes.
 * Source: documented. RegOpenKeyEx, RegQueryValueEx, RegGetValue, RegEnumKeyEx,
 *         RegEnumValue, RegQueryInfoKey and their kin (winreg.h); Registry Key
 *         Security and Access Rights. Assumed: the values, after a Windows 10
 *         of build 19041. What the catalog of providers is made of is not
 *         there: it is the world's, and WSCEnumProtocols has it.
 */
#include <string.h>

#include "lastcall/abi.h"
#include "lastcall/check.h"

#include "sim/engine/thread.h"
#include "sim/engine/trace.h"
#include "sim/win32/exports.h"
#include "sim/win32/state.h"
#include "sim/win32/win32.h"

enum {
    REG_SZ = 1,
    REG_EXPAND_SZ = 2,
    REG_DWORD = 4,
    REG_MULTI_SZ = 7,
    /* Rights that nobody has here: to set, create, delete and to own. */
    KEY_CHANGES = 0x500d0026,
    RRF_TYPES = 0xffff,
    RRF_NOEXPAND = 0x10000000,
    RRF_ZEROONFAILURE = 0x20000000,
    DATA_BYTES = 512, /* of the largest value, expanded */
    PATH_BYTES = 256,
    ROOT_PLACE = 0x10000 /* + number of a root, in place of a key */
};

/* HKEY_CLASSES_ROOT is the first of them. */
#define ROOT_FIRST         0xffffffff80000000ULL
#define ROOT_COUNT         4U
#define ROOT_LOCAL_MACHINE 2U

#define NT       "SOFTWARE\\Microsoft\\Windows NT"
#define WINDOWS  "SOFTWARE\\Microsoft\\Windows"
#define SERVICES "SYSTEM\\CurrentControlSet\\Services"

/* All of them below HKEY_LOCAL_MACHINE, each behind the one that it is in. */
static const char *const keys[] = {
    "SOFTWARE",
    "SOFTWARE\\Microsoft",
    NT,
    NT "\\CurrentVersion",
    WINDOWS,
    WINDOWS "\\CurrentVersion",
    "SYSTEM",
    "SYSTEM\\CurrentControlSet",
    SERVICES,
    SERVICES "\\Tcpip",
    SERVICES "\\Tcpip\\Parameters",
    SERVICES "\\Tcpip\\Parameters\\Winsock",
    SERVICES "\\WinSock",
    SERVICES "\\WinSock\\Parameters",
    SERVICES "\\WinSock2",
    SERVICES "\\WinSock2\\Parameters",
};

struct value {
    const char *key;
    const char *name;
    uint32_t type;
    uint32_t number;
    const char *text; /* of several, lines */
};

static const struct value values[] = {
    { NT "\\CurrentVersion", "CurrentBuild", REG_SZ, 0, "19041" },
    { NT "\\CurrentVersion", "CurrentBuildNumber", REG_SZ, 0, "19041" },
    { NT "\\CurrentVersion", "CurrentMajorVersionNumber", REG_DWORD, 10, "" },
    { NT "\\CurrentVersion", "CurrentMinorVersionNumber", REG_DWORD, 0, "" },
    { NT "\\CurrentVersion", "CurrentVersion", REG_SZ, 0, "6.3" },
    { NT "\\CurrentVersion", "ProductName", REG_SZ, 0, "Windows 10 Pro" },
    { NT "\\CurrentVersion", "SystemRoot", REG_SZ, 0, "C:\\Windows" },
    { WINDOWS "\\CurrentVersion",
      "ProgramFilesDir",
      REG_SZ,
      0,
      "C:\\Program Files" },
    { SERVICES "\\Tcpip\\Parameters",
      "DataBasePath",
      REG_EXPAND_SZ,
      0,
      "%SystemRoot%\\System32\\drivers\\etc" },
    { SERVICES "\\Tcpip\\Parameters", "Domain", REG_SZ, 0, "" },
    { SERVICES "\\Tcpip\\Parameters", "Hostname", REG_SZ, 0, "lastcall" },
    { SERVICES "\\Tcpip\\Parameters\\Winsock",
      "HelperDllName",
      REG_EXPAND_SZ,
      0,
      "%SystemRoot%\\System32\\wshtcpip.dll" },
    { SERVICES "\\Tcpip\\Parameters\\Winsock",
      "MaxSockaddrLength",
      REG_DWORD,
      16,
      "" },
    { SERVICES "\\Tcpip\\Parameters\\Winsock",
      "MinSockaddrLength",
      REG_DWORD,
      16,
      "" },
    { SERVICES "\\WinSock\\Parameters",
      "Transports",
      REG_MULTI_SZ,
      0,
      "Tcpip\nTcpip6" },
    { SERVICES "\\WinSock2\\Parameters",
      "Current_NameSpace_Catalog",
      REG_SZ,
      0,
      "NameSpace_Catalog5" },
    { SERVICES "\\WinSock2\\Parameters",
      "Current_Protocol_Catalog",
      REG_SZ,
      0,
      "Protocol_Catalog9" },
    { SERVICES "\\WinSock2\\Parameters",
      "WinSock_Registry_Version",
      REG_SZ,
      0,
      "2.0" },
};

/* A name of the caller's. */
struct name {
    const void *text; /* NULL: empty */
    bool is_wide;
};

static uint32_t unit_at(struct name name, uint32_t at)
{
    if (name.text == NULL) {
        return 0;
    }
    return name.is_wide ? ((const lc_wchar *)name.text)[at]
                        : ((const unsigned char *)name.text)[at];
}

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (char)(c - 'A' + 'a');
    }
    return c;
}

/* The name in ASCII. False: it is too long for any. */
static bool narrow(struct name name, char *ret_text, uint32_t capacity)
{
    uint32_t length = 0;
    for (; unit_at(name, length) != 0; length++) {
        uint32_t unit = unit_at(name, length);
        if (length + 1 == capacity) {
            return false;
        }
        ret_text[length] = (char)(unit < 0x80 ? unit : (unsigned char)'?');
    }
    ret_text[length] = '\0';
    return true;
}

static bool same(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

/* ---- Keys: a place in the table, or ROOT_PLACE and the number of a root ---- */

static const char *path_of(uint32_t key)
{
    return key >= ROOT_PLACE ? "" : keys[key];
}

static bool find_key(const char *path, uint32_t *ret_key)
{
    for (uint32_t i = 0; i < LC_COUNT_OF(keys); i++) {
        if (same(keys[i], path)) {
            *ret_key = i;
            return true;
        }
    }
    return false;
}

/* The key behind a handle. */
static bool key_of(const void *handle, uint32_t *ret_key)
{
    uint64_t root = (uint64_t)(uintptr_t)handle - ROOT_FIRST;
    if (root < ROOT_COUNT) {
        *ret_key = ROOT_PLACE + (uint32_t)root;
        return true;
    }
    const struct sim_object *object = sim_object_find(handle);
    if (object == NULL || object->kind != SIM_OBJECT_KEY) {
        return false;
    }
    *ret_key = object->count;
    return true;
}

/* The key of a path below another. Returns an error of Windows. */
static uint32_t walk(const void *handle, struct name name, uint32_t *ret_key)
{
    char path[2 * PATH_BYTES];
    char below[PATH_BYTES];
    uint32_t key;
    if (!key_of(handle, &key)) {
        return LC_ERROR_INVALID_HANDLE;
    }
    if (!narrow(name, below, sizeof below)) {
        return LC_ERROR_FILE_NOT_FOUND;
    }
    if (below[0] == '\0') {
        *ret_key = key;
        return LC_ERROR_SUCCESS;
    }
    size_t length = strlen(path_of(key));
    memcpy(path, path_of(key), length);
    if (length > 0) {
        path[length] = '\\';
        length++;
    }
    size_t added = strlen(below);
    memcpy(path + length, below, added + 1);
    if (path[length + added - 1] == '\\') {
        path[length + added - 1] = '\0';
    }
    bool is_there =
        (key < ROOT_PLACE || key == ROOT_PLACE + ROOT_LOCAL_MACHINE) &&
        find_key(path, ret_key);
    return is_there ? LC_ERROR_SUCCESS : LC_ERROR_FILE_NOT_FOUND;
}

static uint32_t open_key(
    const void *handle,
    struct name name,
    uint32_t access,
    lc_handle *ret_handle)
{
    uint32_t key;
    uint32_t error = walk(handle, name, &key);
    if (error == LC_ERROR_SUCCESS && (access & KEY_CHANGES) != 0) {
        error = LC_ERROR_ACCESS_DENIED;
    }
    if (error != LC_ERROR_SUCCESS) {
        return error;
    }
    struct sim_object *object =
        sim_object_make(SIM_OBJECT_KEY, LC_OBJECT_EVENT);
    object->count = key;
    *ret_handle = sim_object_handle(object);
    return LC_ERROR_SUCCESS;
}

static uint32_t LC_ABI open_ex_a(
    const void *handle,
    const char *name,
    uint32_t options,
    uint32_t access,
    lc_handle *ret_handle)
{
    (void)options;
    return open_key(handle, (struct name){ name, false }, access, ret_handle);
}

static uint32_t LC_ABI open_ex_w(
    const void *handle,
    const lc_wchar *name,
    uint32_t options,
    uint32_t access,
    lc_handle *ret_handle)
{
    (void)options;
    return open_key(handle, (struct name){ name, true }, access, ret_handle);
}

static uint32_t LC_ABI
open_a(const void *handle, const char *name, lc_handle *ret_handle)
{
    return open_key(handle, (struct name){ name, false }, 0, ret_handle);
}

static uint32_t LC_ABI
open_w(const void *handle, const lc_wchar *name, lc_handle *ret_handle)
{
    return open_key(handle, (struct name){ name, true }, 0, ret_handle);
}

/* Opens what there is; nothing can be made. */
static uint32_t create_key(
    const void *handle,
    struct name name,
    uint32_t access,
    lc_handle *ret_handle,
    uint32_t *ret_disposition)
{
    enum {
        REG_OPENED_EXISTING_KEY = 2
    };

    uint32_t error = open_key(handle, name, access, ret_handle);
    if (error == LC_ERROR_SUCCESS && ret_disposition != NULL) {
        *ret_disposition = REG_OPENED_EXISTING_KEY;
    }
    return error == LC_ERROR_FILE_NOT_FOUND ? LC_ERROR_ACCESS_DENIED : error;
}

static uint32_t LC_ABI create_ex_a(
    const void *handle,
    const char *name,
    uint32_t reserved,
    const char *class_name,
    uint32_t options,
    uint32_t access,
    const void *security,
    lc_handle *ret_handle,
    uint32_t *ret_disposition)
{
    (void)reserved;
    (void)class_name;
    (void)options;
    (void)security;
    return create_key(
        handle,
        (struct name){ name, false },
        access,
        ret_handle,
        ret_disposition);
}

static uint32_t LC_ABI create_ex_w(
    const void *handle,
    const lc_wchar *name,
    uint32_t reserved,
    const lc_wchar *class_name,
    uint32_t options,
    uint32_t access,
    const void *security,
    lc_handle *ret_handle,
    uint32_t *ret_disposition)
{
    (void)reserved;
    (void)class_name;
    (void)options;
    (void)security;
    return create_key(
        handle,
        (struct name){ name, true },
        access,
        ret_handle,
        ret_disposition);
}

static uint32_t LC_ABI close_key(const void *handle)
{
    uint32_t key;
    if (!key_of(handle, &key)) {
        sim_object_misuse(LC_OBJECT_EVENT);
        return LC_ERROR_INVALID_HANDLE;
    }
    if ((uint64_t)(uintptr_t)handle < ROOT_FIRST) {
        sim_object_drop(sim_object_find(handle), LC_OBJECT_EVENT);
    }
    return LC_ERROR_SUCCESS;
}

/* Whatever a call would change, with whatever arguments follow. */
static uint32_t LC_ABI refuse(const void *handle)
{
    uint32_t key;
    return key_of(handle, &key) ? LC_ERROR_ACCESS_DENIED
                                : LC_ERROR_INVALID_HANDLE;
}

static uint32_t LC_ABI flush_key(const void *handle)
{
    uint32_t key;
    return key_of(handle, &key) ? LC_ERROR_SUCCESS : LC_ERROR_INVALID_HANDLE;
}

/* Nothing ever changes: an event stays as it is, and who waits waits on. */
static uint32_t LC_ABI notify_change(
    const void *handle,
    int is_subtree,
    uint32_t filter,
    lc_handle event,
    int is_asynchronous)
{
    (void)is_subtree;
    (void)filter;
    uint32_t key;
    if (!key_of(handle, &key)) {
        return LC_ERROR_INVALID_HANDLE;
    }
    if (is_asynchronous) {
        return sim_object_of(event, SIM_OBJECT_EVENT) == NULL
                   ? LC_ERROR_INVALID_HANDLE
                   : LC_ERROR_SUCCESS;
    }
    (void)sim_thread_block(&(struct sim_wait_options){
        .wait_for = LC_WAIT_EVENT,
        .key = (uint64_t)(uintptr_t)sim_thread_current(),
        .timeout_ns = SIM_FOREVER,
    });
    return LC_ERROR_SUCCESS;
}

/* ---- Values ---- */

static const struct value *find_value(uint32_t key, struct name name)
{
    char text[PATH_BYTES];
    for (uint32_t i = 0;
         narrow(name, text, sizeof text) && i < LC_COUNT_OF(values);
         i++) {
        if (same(values[i].key, path_of(key)) && same(values[i].name, text)) {
            return &values[i];
        }
    }
    return NULL;
}

static uint32_t put_unit(
    unsigned char *bytes,
    uint32_t at,
    bool is_wide,
    uint32_t unit)
{
    LC_CHECK(at + 2 <= DATA_BYTES);
    bytes[at] = (unsigned char)unit;
    if (is_wide) {
        bytes[at + 1] = 0;
    }
    return is_wide ? at + 2 : at + 1;
}

/* The value's bytes as they are kept for such a caller. Returns their number.
 */
static uint32_t make_bytes(
    const struct value *value,
    bool is_wide,
    unsigned char *bytes)
{
    if (value->type == REG_DWORD) {
        memcpy(bytes, &value->number, sizeof value->number);
        return sizeof value->number;
    }
    uint32_t at = 0;
    for (const char *text = value->text; *text != '\0'; text++) {
        at = put_unit(
            bytes,
            at,
            is_wide,
            *text == '\n' ? 0 : (unsigned char)*text);
    }
    at = put_unit(bytes, at, is_wide, 0);
    return value->type == REG_MULTI_SZ ? put_unit(bytes, at, is_wide, 0) : at;
}

/* Gives data out: the size always, the bytes where there is room. */
static uint32_t give_data(
    const unsigned char *bytes,
    uint32_t size_bytes,
    void *ret_data,
    uint32_t *size)
{
    if (ret_data != NULL && size == NULL) {
        return LC_ERROR_INVALID_PARAMETER;
    }
    uint32_t room = ret_data == NULL ? 0 : *size;
    if (size != NULL) {
        *size = size_bytes;
    }
    if (ret_data != NULL && room < size_bytes) {
        return LC_ERROR_MORE_DATA;
    }
    if (ret_data != NULL) {
        memcpy(ret_data, bytes, size_bytes);
    }
    return LC_ERROR_SUCCESS;
}

static uint32_t query(
    const void *handle,
    struct name name,
    uint32_t *ret_type,
    void *ret_data,
    uint32_t *size)
{
    uint32_t key;
    unsigned char bytes[DATA_BYTES];
    if (!key_of(handle, &key)) {
        return LC_ERROR_INVALID_HANDLE;
    }
    const struct value *value = find_value(key, name);
    if (value == NULL) {
        return LC_ERROR_FILE_NOT_FOUND;
    }
    if (ret_type != NULL) {
        *ret_type = value->type;
    }
    uint32_t size_bytes = make_bytes(value, name.is_wide, bytes);
    return give_data(bytes, size_bytes, ret_data, size);
}

static uint32_t LC_ABI query_ex_a(
    const void *handle,
    const char *name,
    uint32_t *reserved,
    uint32_t *ret_type,
    void *ret_data,
    uint32_t *size)
{
    (void)reserved;
    return query(
        handle,
        (struct name){ name, false },
        ret_type,
        ret_data,
        size);
}

static uint32_t LC_ABI query_ex_w(
    const void *handle,
    const lc_wchar *name,
    uint32_t *reserved,
    uint32_t *ret_type,
    void *ret_data,
    uint32_t *size)
{
    (void)reserved;
    return query(handle, (struct name){ name, true }, ret_type, ret_data, size);
}

/* Writes the value's text with its variables expanded. */
static uint32_t make_expanded(
    const struct value *value,
    bool is_wide,
    unsigned char *bytes)
{
    lc_wchar source[PATH_BYTES];
    lc_wchar expanded[PATH_BYTES];
    (void)make_bytes(value, true, (unsigned char *)source);
    uint32_t count =
        sim_win32_expand_environment_strings_w(source, expanded, PATH_BYTES);
    LC_CHECK(count <= PATH_BYTES);
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        at = put_unit(bytes, at, is_wide, expanded[i]);
    }
    return at;
}

/* RRF_RT_... of a type. */
static uint32_t flag_of(uint32_t type)
{
    return type == REG_SZ          ? 0x2
           : type == REG_EXPAND_SZ ? 0x4
           : type == REG_DWORD     ? 0x10
                                   : 0x20;
}

static uint32_t get(
    uint32_t key,
    struct name name,
    uint32_t flags,
    uint32_t *ret_type,
    void *ret_data,
    uint32_t *size)
{
    unsigned char bytes[DATA_BYTES];
    bool is_raw = (flags & RRF_NOEXPAND) != 0;
    uint32_t types = flags & RRF_TYPES;
    if (types == 0 ||
        (types != RRF_TYPES && !is_raw && types == flag_of(REG_EXPAND_SZ))) {
        return LC_ERROR_INVALID_PARAMETER;
    }
    const struct value *value = find_value(key, name);
    if (value == NULL) {
        return LC_ERROR_FILE_NOT_FOUND;
    }
    bool expands = value->type == REG_EXPAND_SZ && !is_raw;
    uint32_t type = expands ? REG_SZ : value->type;
    if (ret_type != NULL) {
        *ret_type = type;
    }
    if ((types & flag_of(type)) == 0) {
        return LC_ERROR_UNSUPPORTED_TYPE;
    }
    uint32_t size_bytes = expands ? make_expanded(value, name.is_wide, bytes)
                                  : make_bytes(value, name.is_wide, bytes);
    return give_data(bytes, size_bytes, ret_data, size);
}

static uint32_t get_below(
    const void *handle,
    struct name path,
    struct name name,
    uint32_t flags,
    uint32_t *ret_type,
    void *ret_data,
    uint32_t *size)
{
    uint32_t key = 0;
    uint32_t room = size == NULL ? 0 : *size;
    uint32_t error = walk(handle, path, &key);
    if (error == LC_ERROR_SUCCESS) {
        error = get(key, name, flags, ret_type, ret_data, size);
    }
    if (error != LC_ERROR_SUCCESS && (flags & RRF_ZEROONFAILURE) != 0 &&
        ret_data != NULL) {
        memset(ret_data, 0, room);
    }
    return error;
}

static uint32_t LC_ABI get_value_a(
    const void *handle,
    const char *path,
    const char *name,
    uint32_t flags,
    uint32_t *ret_type,
    void *ret_data,
    uint32_t *size)
{
    return get_below(
        handle,
        (struct name){ path, false },
        (struct name){ name, false },
        flags,
        ret_type,
        ret_data,
        size);
}

static uint32_t LC_ABI get_value_w(
    const void *handle,
    const lc_wchar *path,
    const lc_wchar *name,
    uint32_t flags,
    uint32_t *ret_type,
    void *ret_data,
    uint32_t *size)
{
    return get_below(
        handle,
        (struct name){ path, true },
        (struct name){ name, true },
        flags,
        ret_type,
        ret_data,
        size);
}

/* ---- Lists ---- */

/* Name of a key right below another, or NULL. */
static const char *name_below(uint32_t key, const char *path)
{
    const char *above = path_of(key);
    size_t length = strlen(above);
    if (strncmp(path, above, length) != 0) {
        return NULL;
    }
    if (length > 0 && path[length] != '\\') {
        return NULL;
    }
    const char *name = path + length + (length > 0);
    return strchr(name, '\\') == NULL ? name : NULL;
}

static const char *key_below(uint32_t key, uint32_t index)
{
    bool has_keys = key < ROOT_PLACE || key == ROOT_PLACE + ROOT_LOCAL_MACHINE;
    for (uint32_t i = 0; has_keys && i < LC_COUNT_OF(keys); i++) {
        const char *name = name_below(key, keys[i]);
        if (name != NULL && index-- == 0) {
            return name;
        }
    }
    return NULL;
}

static const struct value *value_below(uint32_t key, uint32_t index)
{
    for (uint32_t i = 0; key < ROOT_PLACE && i < LC_COUNT_OF(values); i++) {
        if (same(values[i].key, keys[key]) && index-- == 0) {
            return &values[i];
        }
    }
    return NULL;
}

/* Gives a name out; its length is without the end, the room is with it. */
static uint32_t give_name(
    const char *text,
    bool is_wide,
    void *ret_name,
    uint32_t *length)
{
    uint32_t count = (uint32_t)strlen(text);
    if (*length < count + 1) {
        return LC_ERROR_MORE_DATA;
    }
    for (uint32_t i = 0; i <= count; i++) {
        if (is_wide) {
            ((lc_wchar *)ret_name)[i] = (unsigned char)text[i];
        } else {
            ((char *)ret_name)[i] = text[i];
        }
    }
    *length = count;
    return LC_ERROR_SUCCESS;
}

static uint32_t enumerate_keys(
    const void *handle,
    uint32_t index,
    bool is_wide,
    void *ret_name,
    uint32_t *length)
{
    uint32_t key;
    if (!key_of(handle, &key)) {
        return LC_ERROR_INVALID_HANDLE;
    }
    const char *name = key_below(key, index);
    return name == NULL ? LC_ERROR_NO_MORE_ITEMS
                        : give_name(name, is_wide, ret_name, length);
}

static uint32_t LC_ABI enum_key_a(
    const void *handle,
    uint32_t index,
    char *ret_name,
    uint32_t *length,
    uint32_t *reserved,
    char *class_name,
    uint32_t *class_length,
    struct lc_filetime *ret_written)
{
    (void)reserved;
    (void)class_name;
    (void)class_length;
    (void)ret_written;
    return enumerate_keys(handle, index, false, ret_name, length);
}

static uint32_t LC_ABI enum_key_w(
    const void *handle,
    uint32_t index,
    lc_wchar *ret_name,
    uint32_t *length,
    uint32_t *reserved,
    lc_wchar *class_name,
    uint32_t *class_length,
    struct lc_filetime *ret_written)
{
    (void)reserved;
    (void)class_name;
    (void)class_length;
    (void)ret_written;
    return enumerate_keys(handle, index, true, ret_name, length);
}

/* Where a name goes that is listed. */
struct name_room {
    void *text;
    uint32_t *length;
    bool is_wide;
};

static uint32_t enumerate_values(
    const void *handle,
    uint32_t index,
    struct name_room room,
    uint32_t *ret_type,
    void *ret_data,
    uint32_t *size)
{
    uint32_t key;
    unsigned char bytes[DATA_BYTES];
    if (!key_of(handle, &key)) {
        return LC_ERROR_INVALID_HANDLE;
    }
    const struct value *value = value_below(key, index);
    if (value == NULL) {
        return LC_ERROR_NO_MORE_ITEMS;
    }
    uint32_t error =
        give_name(value->name, room.is_wide, room.text, room.length);
    if (error != LC_ERROR_SUCCESS) {
        return error;
    }
    if (ret_type != NULL) {
        *ret_type = value->type;
    }
    uint32_t size_bytes = make_bytes(value, room.is_wide, bytes);
    return give_data(bytes, size_bytes, ret_data, size);
}

static uint32_t LC_ABI enum_value_a(
    const void *handle,
    uint32_t index,
    char *ret_name,
    uint32_t *length,
    uint32_t *reserved,
    uint32_t *ret_type,
    void *ret_data,
    uint32_t *size)
{
    (void)reserved;
    return enumerate_values(
        handle,
        index,
        (struct name_room){ ret_name, length, false },
        ret_type,
        ret_data,
        size);
}

static uint32_t LC_ABI enum_value_w(
    const void *handle,
    uint32_t index,
    lc_wchar *ret_name,
    uint32_t *length,
    uint32_t *reserved,
    uint32_t *ret_type,
    void *ret_data,
    uint32_t *size)
{
    (void)reserved;
    return enumerate_values(
        handle,
        index,
        (struct name_room){ ret_name, length, true },
        ret_type,
        ret_data,
        size);
}

static void put(uint32_t *ret_number, uint32_t number)
{
    if (ret_number != NULL) {
        *ret_number = number;
    }
}

/* Lengths are in characters and without the end; the class is empty, and no
 * time is known. */
static uint32_t LC_ABI query_info(
    const void *handle,
    void *class_name,
    uint32_t *class_length,
    uint32_t *reserved,
    uint32_t *ret_key_count,
    uint32_t *ret_key_length,
    uint32_t *ret_class_length,
    uint32_t *ret_value_count,
    uint32_t *ret_name_length,
    uint32_t *ret_data_bytes,
    uint32_t *ret_security_bytes,
    struct lc_filetime *ret_written)
{
    (void)class_name;
    (void)reserved;
    uint32_t key;
    if (!key_of(handle, &key)) {
        return LC_ERROR_INVALID_HANDLE;
    }
    uint32_t key_count = 0;
    uint32_t key_length = 0;
    uint32_t value_count = 0;
    uint32_t name_length = 0;
    uint32_t data_bytes = 0;
    for (const char *name; (name = key_below(key, key_count)) != NULL;
         key_count++) {
        uint32_t length = (uint32_t)strlen(name);
        key_length = length > key_length ? length : key_length;
    }
    for (const struct value *value;
         (value = value_below(key, value_count)) != NULL;
         value_count++) {
        unsigned char bytes[DATA_BYTES];
        uint32_t length = (uint32_t)strlen(value->name);
        uint32_t size = make_bytes(value, true, bytes);
        name_length = length > name_length ? length : name_length;
        data_bytes = size > data_bytes ? size : data_bytes;
    }
    put(class_length, 0);
    put(ret_key_count, key_count);
    put(ret_key_length, key_length);
    put(ret_class_length, 0);
    put(ret_value_count, value_count);
    put(ret_name_length, name_length);
    put(ret_data_bytes, data_bytes);
    put(ret_security_bytes, 0);
    if (ret_written != NULL) {
        *ret_written = (struct lc_filetime){ 0 };
    }
    return LC_ERROR_SUCCESS;
}

const struct sim_export sim_registry_exports[] = {
    { "RegOpenKeyExA", 0, (sim_code_fn *)open_ex_a },
    { "RegOpenKeyExW", 0, (sim_code_fn *)open_ex_w },
    { "RegOpenKeyA", 0, (sim_code_fn *)open_a },
    { "RegOpenKeyW", 0, (sim_code_fn *)open_w },
    { "RegCreateKeyExA", 0, (sim_code_fn *)create_ex_a },
    { "RegCreateKeyExW", 0, (sim_code_fn *)create_ex_w },
    { "RegCloseKey", 0, (sim_code_fn *)close_key },
    { "RegQueryValueExA", 0, (sim_code_fn *)query_ex_a },
    { "RegQueryValueExW", 0, (sim_code_fn *)query_ex_w },
    { "RegGetValueA", 0, (sim_code_fn *)get_value_a },
    { "RegGetValueW", 0, (sim_code_fn *)get_value_w },
    { "RegEnumKeyExA", 0, (sim_code_fn *)enum_key_a },
    { "RegEnumKeyExW", 0, (sim_code_fn *)enum_key_w },
    { "RegEnumValueA", 0, (sim_code_fn *)enum_value_a },
    { "RegEnumValueW", 0, (sim_code_fn *)enum_value_w },
    { "RegQueryInfoKeyA", 0, (sim_code_fn *)query_info },
    { "RegQueryInfoKeyW", 0, (sim_code_fn *)query_info },
    { "RegSetValueExA", 0, (sim_code_fn *)refuse },
    { "RegSetValueExW", 0, (sim_code_fn *)refuse },
    { "RegDeleteValueA", 0, (sim_code_fn *)refuse },
    { "RegDeleteValueW", 0, (sim_code_fn *)refuse },
    { "RegDeleteKeyA", 0, (sim_code_fn *)refuse },
    { "RegDeleteKeyW", 0, (sim_code_fn *)refuse },
    { "RegFlushKey", 0, (sim_code_fn *)flush_key },
    { "RegNotifyChangeKeyValue", 0, (sim_code_fn *)notify_change },
};
const uint32_t sim_registry_export_count = LC_COUNT_OF(sim_registry_exports);
