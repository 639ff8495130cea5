/*
 * include/lastcall/nsp.h against the Windows headers of mingw-w64, as
 * layout_test.c does it for abi.h.
 *
 * No Windows names: what enum lc_names_limits and enum lc_name_space count.
 */
#include "lastcall/nsp.h"

#include "layout_test.c" /* NOLINT(bugprone-suspicious-include) */

SAME_VALUE(RNRSERVICE_REGISTER);
SAME_VALUE(RNRSERVICE_DEREGISTER);
SAME_VALUE(RNRSERVICE_DELETE);

SAME_SIZE(struct lc_wsaquerysetw, WSAQUERYSETW);
SAME_INTEGER(struct lc_wsaquerysetw, WSAQUERYSETW, dwSize);
SAME_MEMBER(struct lc_wsaquerysetw, WSAQUERYSETW, lpszServiceInstanceName);
SAME_MEMBER(struct lc_wsaquerysetw, WSAQUERYSETW, lpServiceClassId);
SAME_MEMBER(struct lc_wsaquerysetw, WSAQUERYSETW, lpVersion);
SAME_MEMBER(struct lc_wsaquerysetw, WSAQUERYSETW, lpszComment);
SAME_INTEGER(struct lc_wsaquerysetw, WSAQUERYSETW, dwNameSpace);
SAME_MEMBER(struct lc_wsaquerysetw, WSAQUERYSETW, lpNSProviderId);
SAME_MEMBER(struct lc_wsaquerysetw, WSAQUERYSETW, lpszContext);
SAME_INTEGER(struct lc_wsaquerysetw, WSAQUERYSETW, dwNumberOfProtocols);
SAME_MEMBER(struct lc_wsaquerysetw, WSAQUERYSETW, lpafpProtocols);
SAME_MEMBER(struct lc_wsaquerysetw, WSAQUERYSETW, lpszQueryString);
SAME_INTEGER(struct lc_wsaquerysetw, WSAQUERYSETW, dwNumberOfCsAddrs);
SAME_MEMBER(struct lc_wsaquerysetw, WSAQUERYSETW, lpcsaBuffer);
SAME_INTEGER(struct lc_wsaquerysetw, WSAQUERYSETW, dwOutputFlags);
SAME_MEMBER(struct lc_wsaquerysetw, WSAQUERYSETW, lpBlob);

SAME_SIZE(struct lc_nsp_routine, NSP_ROUTINE);
SAME_INTEGER(struct lc_nsp_routine, NSP_ROUTINE, cbSize);
SAME_INTEGER(struct lc_nsp_routine, NSP_ROUTINE, dwMajorVersion);
SAME_INTEGER(struct lc_nsp_routine, NSP_ROUTINE, dwMinorVersion);
SAME_MEMBER(struct lc_nsp_routine, NSP_ROUTINE, NSPCleanup);
SAME_MEMBER(struct lc_nsp_routine, NSP_ROUTINE, NSPLookupServiceBegin);
SAME_MEMBER(struct lc_nsp_routine, NSP_ROUTINE, NSPLookupServiceNext);
SAME_MEMBER(struct lc_nsp_routine, NSP_ROUTINE, NSPLookupServiceEnd);
SAME_MEMBER(struct lc_nsp_routine, NSP_ROUTINE, NSPSetService);
SAME_MEMBER(struct lc_nsp_routine, NSP_ROUTINE, NSPInstallServiceClass);
SAME_MEMBER(struct lc_nsp_routine, NSP_ROUTINE, NSPRemoveServiceClass);
SAME_MEMBER(struct lc_nsp_routine, NSP_ROUTINE, NSPGetServiceClassInfo);
SAME_MEMBER(struct lc_nsp_routine, NSP_ROUTINE, NSPIoctl);

/* The number of each function is its place behind the three numbers. */
#define SAME_PLACE(name, index)                                           \
    _Static_assert(                                                       \
        offsetof(NSP_ROUTINE, name) ==                                    \
            offsetof(NSP_ROUTINE, NSPCleanup) + (index) * sizeof(void *), \
        #name)
SAME_PLACE(NSPCleanup, LC_NSP_CLEANUP);
SAME_PLACE(NSPLookupServiceBegin, LC_NSP_LOOKUP_BEGIN);
SAME_PLACE(NSPLookupServiceNext, LC_NSP_LOOKUP_NEXT);
SAME_PLACE(NSPLookupServiceEnd, LC_NSP_LOOKUP_END);
SAME_PLACE(NSPSetService, LC_NSP_SET_SERVICE);
SAME_PLACE(NSPInstallServiceClass, LC_NSP_INSTALL_CLASS);
SAME_PLACE(NSPRemoveServiceClass, LC_NSP_REMOVE_CLASS);
SAME_PLACE(NSPGetServiceClassInfo, LC_NSP_CLASS_INFO);
SAME_PLACE(NSPIoctl, LC_NSP_IOCTL);

SAME_CALL(lc_nsp_cleanup_fn, LPNSPCLEANUP);
SAME_CALL(lc_nsp_lookup_begin_fn, LPNSPLOOKUPSERVICEBEGIN);
SAME_CALL(lc_nsp_lookup_next_fn, LPNSPLOOKUPSERVICENEXT);
SAME_CALL(lc_nsp_lookup_end_fn, LPNSPLOOKUPSERVICEEND);
SAME_CALL(lc_nsp_set_service_fn, LPNSPSETSERVICE);
SAME_CALL(lc_nsp_install_class_fn, LPNSPINSTALLSERVICECLASS);
SAME_CALL(lc_nsp_remove_class_fn, LPNSPREMOVESERVICECLASS);
SAME_CALL(lc_nsp_class_info_fn, LPNSPGETSERVICECLASSINFO);
SAME_CALL(lc_nsp_ioctl_fn, LPNSPIOCTL);
SAME_CALL(lc_nsp_startup_fn, LPNSPSTARTUP);
