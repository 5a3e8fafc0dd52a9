// An ONNX Runtime that hands everything on to the real one, which RECORDER_REAL names, but for execution providers: what it
// is told about those, and when sessions come and go, it appends to the file that DELEN_TEST_CALLS names, one call a line.
// The CPU executes every model. RECORDER_FAILS names a call that fails, as "NAME" always or as "NAME:N" the N-th time.
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onnxruntime_c_api.h"

static const OrtApi *real;
static OrtApi ours;

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

static OrtStatus *fails(const char *name, int *calls) {
	const char *spec = getenv("RECORDER_FAILS");
	size_t length = strlen(name);
	++*calls;
	if (!spec || strncmp(spec, name, length) || (spec[length] && (spec[length] != ':' || atoi(spec + length + 1) != *calls))) return NULL;
	return real->CreateStatus(ORT_FAIL, "it fails, as the test ordered");
}

#define FAIL(name) { static int calls; OrtStatus *s = fails(name, &calls); if (s) return s; }

static void update(const char *kind, const void *at, const char *const *keys, const char *const *values, size_t n) {
	for (size_t i = 0; i < n; i++) record("%s.update %lu %s=%s\n", kind, (unsigned long)at, keys[i], values[i]);
}

// The options of a provider are a struct that only the runtime knows: here a byte whose address tells it from others.
#define PROVIDER(KIND, TYPE, FUNCTION) \
	static OrtStatus *create##FUNCTION(TYPE **out) { FAIL(KIND ".create") *out = (TYPE *)malloc(1); record(KIND ".create %lu\n", (unsigned long)*out); return NULL; } \
	static OrtStatus *update##FUNCTION(TYPE *o, const char *const *k, const char *const *v, size_t n) { FAIL(KIND ".update") update(KIND, o, k, v, n); return NULL; } \
	static OrtStatus *append##FUNCTION(OrtSessionOptions *to, const TYPE *o) { FAIL(KIND ".append") record(KIND ".append %lu %lu\n", (unsigned long)to, (unsigned long)o); return NULL; } \
	static void release##FUNCTION(TYPE *o) { record(KIND ".release %lu\n", (unsigned long)o); free(o); }

PROVIDER("cuda", OrtCUDAProviderOptionsV2, CUDA)
PROVIDER("tensorrt", OrtTensorRTProviderOptionsV2, TensorRT)

static OrtStatus *hand(OrtTensorRTProviderOptionsV2 *o, const char *key, void *value) {
	FAIL("tensorrt.hand")
	record("tensorrt.hand %lu %s=%lu\n", (unsigned long)o, key, (unsigned long)value);
	return NULL;
}

static OrtStatus *append(OrtSessionOptions *to, const char *name, const char *const *k, const char *const *v, size_t n) {
	FAIL("named.append")
	record("named.append %lu %s\n", (unsigned long)to, name);
	update("named", to, k, v, n);
	return NULL;
}

static OrtStatus *append_openvino(OrtSessionOptions *to, const char *const *k, const char *const *v, size_t n) {
	FAIL("openvino.append")
	record("openvino.append %lu\n", (unsigned long)to);
	update("openvino", to, k, v, n);
	return NULL;
}

static OrtStatus *create_options(OrtSessionOptions **out) {
	OrtStatus *s = real->CreateSessionOptions(out);
	if (!s) record("options.create %lu\n", (unsigned long)*out);
	return s;
}

static OrtStatus *create_session(const OrtEnv *env, const void *data, size_t n, const OrtSessionOptions *options, OrtSession **out) {
	FAIL("session.create")
	OrtStatus *s = real->CreateSessionFromArray(env, data, n, options, out);
	if (!s) record("session.create %lu %lu\n", (unsigned long)*out, (unsigned long)options);
	return s;
}

static OrtStatus *open_session(const OrtEnv *env, const char *path, const OrtSessionOptions *options, OrtSession **out) {
	FAIL("session.create")
	OrtStatus *s = real->CreateSession(env, path, options, out);
	if (!s) record("session.create %lu %lu\n", (unsigned long)*out, (unsigned long)options);
	return s;
}

static void release_session(OrtSession *session) {
	record("session.release %lu\n", (unsigned long)session);
	real->ReleaseSession(session);
}

static const OrtApiBase *base;

static const OrtApi *api(uint32_t version) {
	real = base->GetApi(version);
	if (!real) return NULL;
	ours = *real;
	ours.CreateCUDAProviderOptions = createCUDA;
	ours.UpdateCUDAProviderOptions = updateCUDA;
	ours.SessionOptionsAppendExecutionProvider_CUDA_V2 = appendCUDA;
	ours.ReleaseCUDAProviderOptions = releaseCUDA;
	ours.CreateTensorRTProviderOptions = createTensorRT;
	ours.UpdateTensorRTProviderOptions = updateTensorRT;
	ours.UpdateTensorRTProviderOptionsWithValue = hand;
	ours.SessionOptionsAppendExecutionProvider_TensorRT_V2 = appendTensorRT;
	ours.ReleaseTensorRTProviderOptions = releaseTensorRT;
	ours.SessionOptionsAppendExecutionProvider = append;
	ours.SessionOptionsAppendExecutionProvider_OpenVINO_V2 = append_openvino;
	ours.CreateSessionOptions = create_options;
	ours.CreateSessionFromArray = create_session;
	ours.CreateSession = open_session;
	ours.ReleaseSession = release_session;
	return &ours;
}

static const char *version(void) { return base->GetVersionString(); }

static const OrtApiBase recorder = {api, version};

const OrtApiBase *OrtGetApiBase(void) {
	void *library = dlopen(getenv("RECORDER_REAL"), RTLD_NOW | RTLD_LOCAL);
	const OrtApiBase *(*get)(void) = library ? (const OrtApiBase *(*)(void))dlsym(library, "OrtGetApiBase") : NULL;
	base = get ? get() : NULL;
	return base ? &recorder : NULL;
}
