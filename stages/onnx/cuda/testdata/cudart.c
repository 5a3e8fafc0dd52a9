// A CUDA runtime library without CUDA, for tests. It has the devices that FAKE_CUDA_DEVICES says (1), appends every call that
// makes or destroys a stream to the file that DELEN_TEST_CALLS names, and lets the function fail that FAKE_CUDA_FAILS names: as
// "NAME" always, as "NAME:N" the N-th time from the start of the process.
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ok = 0, invalid_value = 1, out_of_memory = 2, invalid_device = 101, invalid_handle = 400 };
enum { room = 256 };

static _Thread_local int current;
static void *streams[room];

static void record(const char *format, ...) {
	const char *path = getenv("DELEN_TEST_CALLS");
	FILE *f = path ? fopen(path, "a") : NULL;
	if (!f) return;
	va_list args;
	va_start(args, format);
	vfprintf(f, format, args);
	va_end(args);
	fclose(f);
}

static int devices(void) {
	const char *n = getenv("FAKE_CUDA_DEVICES");
	return n ? atoi(n) : 1;
}

static int fails(const char *name, int *calls) {
	const char *spec = getenv("FAKE_CUDA_FAILS");
	size_t length = strlen(name);
	++*calls;
	if (!spec || strncmp(spec, name, length)) return 0;
	return spec[length] == 0 || (spec[length] == ':' && atoi(spec + length + 1) == *calls);
}

#define FAIL(code) { static int calls; if (fails(__func__, &calls)) return code; }

int cudaGetDeviceCount(int *n) {
	FAIL(35)
	*n = devices();
	return *n ? ok : 100;
}

int cudaGetDeviceProperties_v2(char *properties, int device) {
	FAIL(invalid_value)
	if (device < 0 || device >= devices()) return invalid_device;
	memset(properties, 0x5a, 1032);
	snprintf(properties, 256, "Fake GPU %d", device);
	*(uint64_t *)(properties + 288) = (uint64_t)(device + 4) << 30;
	return ok;
}

int cudaRuntimeGetVersion(int *v) { FAIL(35) *v = 12040; return ok; }
int cudaDriverGetVersion(int *v) { FAIL(35) *v = 13010; return ok; }

int cudaSetDevice(int device) {
	FAIL(invalid_device)
	if (device < 0 || device >= devices()) return invalid_device;
	current = device;
	return ok;
}

int cudaDeviceGetStreamPriorityRange(int *least, int *greatest) {
	FAIL(invalid_value)
	*least = 0;
	*greatest = -5;
	return ok;
}

int cudaStreamCreateWithPriority(void **stream, unsigned flags, int priority) {
	FAIL(out_of_memory)
	if (priority > 0 || priority < -5) return invalid_value;
	int i = 0;
	while (i < room && streams[i]) i++;
	if (i == room) return out_of_memory;
	*stream = streams[i] = malloc(64);
	record("stream.create %lu device=%d priority=%d flags=%u\n", (unsigned long)*stream, current, priority, flags);
	return ok;
}

int cudaStreamDestroy(void *stream) {
	FAIL(invalid_value)
	for (int i = 0; i < room; i++) {
		if (!stream || streams[i] != stream) continue;
		streams[i] = NULL;
		record("stream.destroy %lu\n", (unsigned long)stream);
		free(stream);
		return ok;
	}
	return invalid_handle;
}

const char *cudaGetErrorString(int code) {
	switch (code) {
	case ok: return "no error";
	case invalid_value: return "invalid argument";
	case out_of_memory: return "out of memory";
	case 35: return "CUDA driver version is insufficient for CUDA runtime version";
	case 100: return "no CUDA-capable device is detected";
	case invalid_device: return "invalid device ordinal";
	case invalid_handle: return "invalid resource handle";
	}
	return "unrecognized error code";
}
