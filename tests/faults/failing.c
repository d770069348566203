/* Preloaded into a job: lets chosen calls on what lies under one folder fail, wherever in the process they come from.

   FAILING_FOLDER names the folder, FAILING_STATE a file of one struct state that all processes share. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITE = 1, FLUSH = 2, RENAME = 4, CREATE = 8, EXCHANGE = 16, READ = 32, REMOVE = 64 };

struct state {
    int64_t kinds;  /* that count, as a sum */
    int64_t first;  /* of the calls that fail, from 1 */
    int64_t last;
    int64_t error;  /* an errno */
    int64_t seen;   /* calls so far */
};

static struct state *state;
static const char *folder;

__attribute__((constructor)) static void open_state(void) {
    const char *name = getenv("FAILING_STATE");
    folder = getenv("FAILING_FOLDER");
    int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *mapped = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    state = mapped == MAP_FAILED ? NULL : mapped;
}

static int is_inside(const char *path) {
    size_t length = strlen(folder);
    return !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

/* Whether this call fails; path may be NULL, then it is that of the descriptor. */
static int fails(enum kind kind, const char *path, int fd) {
    char named[PATH_MAX];
    if (!state || !folder || !(state->kinds & kind))
        return 0;
    if (!path || (path[0] != '/' && fd >= 0)) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t size = readlink(link, named, sizeof named - 1);
        if (size < 0)
            return 0;
        named[size] = 0;
        path = named;
    }
    if (!is_inside(path))
        return 0;
    int64_t number = __atomic_add_fetch(&state->seen, 1, __ATOMIC_SEQ_CST);
    if (number < state->first || number > state->last)
        return 0;
    errno = (int)state->error;
    return 1;
}

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, #name, const char *, int, ...); \
        va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
        if ((flags & (O_CREAT | O_TRUNC)) && fails(CREATE, path, -1)) return -1; \
        return real(path, flags, mode); \
    }
OPENS(open)
OPENS(open64)

#define OPENS_AT(name) \
    int name(int at, const char *path, int flags, ...) { \
        REAL(int, #name, int, const char *, int, ...); \
        va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more); \
        if ((flags & (O_CREAT | O_TRUNC)) && fails(CREATE, path, at)) return -1; \
        return real(at, path, flags, mode); \
    }
OPENS_AT(openat)
OPENS_AT(openat64)

#define OPENS_STREAM(name) \
    FILE *name(const char *path, const char *mode) { \
        REAL(FILE *, #name, const char *, const char *); \
        if (mode[0] != 'r' && fails(CREATE, path, -1)) return NULL; \
        return real(path, mode); \
    }
OPENS_STREAM(fopen)
OPENS_STREAM(fopen64)

#define ON_FD(result, name, kind, parameters, arguments, ...) \
    result name parameters { \
        REAL(result, #name, __VA_ARGS__); \
        return fails(kind, NULL, fd) ? -1 : real arguments; \
    }
ON_FD(ssize_t, write, WRITE, (int fd, const void *data, size_t size), (fd, data, size), int, const void *, size_t)
ON_FD(ssize_t, pwrite, WRITE, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at), int, const void *, size_t, off_t)
ON_FD(ssize_t, pwrite64, WRITE, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at), int, const void *, size_t, off64_t)
ON_FD(ssize_t, writev, WRITE, (int fd, const struct iovec *parts, int count), (fd, parts, count), int, const struct iovec *, int)
ON_FD(int, fsync, FLUSH, (int fd), (fd), int)
ON_FD(int, fdatasync, FLUSH, (int fd), (fd), int)
ON_FD(ssize_t, read, READ, (int fd, void *data, size_t size), (fd, data, size), int, void *, size_t)
ON_FD(ssize_t, pread, READ, (int fd, void *data, size_t size, off_t at), (fd, data, size, at), int, void *, size_t, off_t)
ON_FD(ssize_t, pread64, READ, (int fd, void *data, size_t size, off64_t at), (fd, data, size, at), int, void *, size_t, off64_t)

size_t fwrite(const void *data, size_t size, size_t count, FILE *stream) {
    REAL(size_t, "fwrite", const void *, size_t, size_t, FILE *);
    return fails(WRITE, NULL, fileno(stream)) ? 0 : real(data, size, count, stream);
}

int fflush(FILE *stream) {
    REAL(int, "fflush", FILE *);
    return stream && fails(WRITE, NULL, fileno(stream)) ? EOF : real(stream);
}

int fclose(FILE *stream) { /* it writes what is left in the buffer, and closes in any case */
    REAL(int, "fclose", FILE *);
    int failing = fails(WRITE, NULL, fileno(stream)), error = errno, result = real(stream);
    if (!failing)
        return result;
    errno = error;
    return EOF;
}

#define ON_PATH(name, kind, parameters, arguments, path, at, ...) \
    int name parameters { \
        REAL(int, #name, __VA_ARGS__); \
        return fails(kind, path, at) ? -1 : real arguments; \
    }
ON_PATH(mkdir, CREATE, (const char *path, mode_t mode), (path, mode), path, -1, const char *, mode_t)
ON_PATH(rename, RENAME, (const char *path, const char *to), (path, to), to, -1, const char *, const char *)
ON_PATH(unlink, REMOVE, (const char *path), (path), path, -1, const char *)
ON_PATH(rmdir, REMOVE, (const char *path), (path), path, -1, const char *)
ON_PATH(unlinkat, REMOVE, (int at, const char *path, int flags), (at, path, flags), path, at, int, const char *, int)
ON_PATH(renameat2, EXCHANGE, (int at, const char *path, int to_at, const char *to, unsigned flags), (at, path, to_at, to, flags), to, -1, int, const char *, int, const char *, unsigned)
