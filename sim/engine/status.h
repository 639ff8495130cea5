/*
 * What can stop the harness itself. What a Windows caller would get is data
 * (enum lc_wsa), and what means that our code is wrong is LC_CHECK.
 */
#ifndef SIM_ENGINE_STATUS_H
#define SIM_ENGINE_STATUS_H

enum sim_status {
    SIM_OK = 0,
    SIM_ERROR_ARENA = 1,    /* the arena's address range is not free */
    SIM_ERROR_FILE = 2,     /* a file could not be read */
    SIM_ERROR_IMAGE = 3,    /* not a PE32+ DLL for x86-64 that we can host */
    SIM_ERROR_EXPORT = 4,   /* the DLL does not export WSPStartup */
    SIM_ERROR_PLANT = 5,    /* no planted bug of that name */
    SIM_ERROR_PROVIDER = 6, /* no provider of that name in the world */
    SIM_ERROR_LIMIT = 7
};

#endif
