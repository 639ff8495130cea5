/*
 * Name-space providers: the structures and functions of their interface, as
 * far as they are simulated, and the name spaces and services of a world.
 *
 * A world's name-space DLL serves LC_NAME_SPACES name spaces, each with a GUID
 * and a count of starts of its own.
 * Source: documented. NSPStartup, NSP_ROUTINE (ws2spi.h), WSAQUERYSETW
 *         (winsock2.h).
 */
#ifndef LASTCALL_NSP_H
#define LASTCALL_NSP_H

#include <stdint.h>

#include "lastcall/abi.h"

enum lc_names_limits {
    LC_NAME_SPACES = 2,
    LC_SERVICES = 8,       /* that can be registered, by number */
    LC_SPACE_SERVICES = 4, /* of them in one name space, one after the other */
    LC_SERVICE_NAME_CHARACTERS = 16
};

/* Which name spaces a lookup is in. */
enum lc_name_space {
    LC_NAME_SPACE_ALL = 0, /* NS_ALL */
    LC_NAME_SPACE_FIRST = 1,
    LC_NAME_SPACE_SECOND = 2,
    LC_NAME_SPACE_COUNT = 3
};

/* WSAESETSERVICEOP. */
enum lc_service_operation {
    LC_RNRSERVICE_REGISTER = 0,
    LC_RNRSERVICE_DEREGISTER = 1,
    LC_RNRSERVICE_DELETE = 2,
    LC_RNRSERVICE_COUNT = 3
};

/* The functions of NSP_ROUTINE in its order, and NSPStartup. */
enum lc_nsp {
    LC_NSP_CLEANUP = 0,
    LC_NSP_LOOKUP_BEGIN = 1,
    LC_NSP_LOOKUP_NEXT = 2,
    LC_NSP_LOOKUP_END = 3,
    LC_NSP_SET_SERVICE = 4,
    LC_NSP_INSTALL_CLASS = 5,
    LC_NSP_REMOVE_CLASS = 6,
    LC_NSP_CLASS_INFO = 7,
    LC_NSP_IOCTL = 8,
    LC_NSP_COUNT = 9, /* entries of the table */
    LC_NSP_STARTUP = 9
};

/* WSAQUERYSETW. */
struct lc_wsaquerysetw {
    uint32_t dwSize;
    lc_wchar *lpszServiceInstanceName;
    struct lc_guid *lpServiceClassId;
    void *lpVersion;
    lc_wchar *lpszComment;
    uint32_t dwNameSpace;
    struct lc_guid *lpNSProviderId;
    lc_wchar *lpszContext;
    uint32_t dwNumberOfProtocols;
    void *lpafpProtocols;
    lc_wchar *lpszQueryString;
    uint32_t dwNumberOfCsAddrs;
    void *lpcsaBuffer;
    uint32_t dwOutputFlags;
    void *lpBlob;
};

typedef int LC_ABI lc_nsp_cleanup_fn(struct lc_guid *provider_id);
typedef int LC_ABI lc_nsp_lookup_begin_fn(
    struct lc_guid *provider_id,
    struct lc_wsaquerysetw *restrictions,
    void *service_class_info,
    uint32_t control_flags,
    lc_handle *ret_lookup);
typedef int LC_ABI lc_nsp_lookup_next_fn(
    lc_handle lookup,
    uint32_t control_flags,
    uint32_t *buffer_bytes,
    struct lc_wsaquerysetw *results);
typedef int LC_ABI lc_nsp_lookup_end_fn(lc_handle lookup);
typedef int LC_ABI lc_nsp_set_service_fn(
    struct lc_guid *provider_id,
    void *service_class_info,
    struct lc_wsaquerysetw *registration,
    int operation,
    uint32_t control_flags);
typedef int LC_ABI
lc_nsp_install_class_fn(struct lc_guid *provider_id, void *service_class_info);
typedef int LC_ABI
lc_nsp_remove_class_fn(struct lc_guid *provider_id, struct lc_guid *class_id);
typedef int LC_ABI lc_nsp_class_info_fn(
    struct lc_guid *provider_id,
    uint32_t *buffer_bytes,
    void *service_class_info);
typedef int LC_ABI lc_nsp_ioctl_fn(
    lc_handle lookup,
    uint32_t control_code,
    void *in_buffer,
    uint32_t in_buffer_bytes,
    void *out_buffer,
    uint32_t out_buffer_bytes,
    uint32_t *returned_bytes,
    void *completion,
    struct lc_wsathreadid *thread_id);

/* NSP_ROUTINE. */
struct lc_nsp_routine {
    uint32_t cbSize;
    uint32_t dwMajorVersion;
    uint32_t dwMinorVersion;
    lc_nsp_cleanup_fn *NSPCleanup;
    lc_nsp_lookup_begin_fn *NSPLookupServiceBegin;
    lc_nsp_lookup_next_fn *NSPLookupServiceNext;
    lc_nsp_lookup_end_fn *NSPLookupServiceEnd;
    lc_nsp_set_service_fn *NSPSetService;
    lc_nsp_install_class_fn *NSPInstallServiceClass;
    lc_nsp_remove_class_fn *NSPRemoveServiceClass;
    lc_nsp_class_info_fn *NSPGetServiceClassInfo;
    lc_nsp_ioctl_fn *NSPIoctl;
};

_Static_assert(sizeof(struct lc_nsp_routine) == 88, "NSP_ROUTINE");
_Static_assert(sizeof(struct lc_wsaquerysetw) == 120, "WSAQUERYSETW");

typedef int LC_ABI lc_nsp_startup_fn(
    struct lc_guid *provider_id,
    struct lc_nsp_routine *ret_routine);

/** The GUID of a name space. index: from 0, below LC_NAME_SPACES. */
static inline struct lc_guid lc_name_space_guid(uint32_t index)
{
    return (struct lc_guid){
        .Data1 = 0x4e530000U + index,
        .Data2 = 0x6c61,
        .Data3 = 0x7374,
        .Data4 = { 'n', 'a', 'm', 'e', 's', 0, 0, (uint8_t)(index + 1) },
    };
}

#endif
