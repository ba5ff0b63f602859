/* SPDX-License-Identifier: MIT */
/* A library that is loaded, used, unloaded and loaded again. Found by the run
 * path of this program: the shim must not stand between.
 *
 * @with-lib loaded_lib.c
 * @lib-use dlopen
 * @flags -Wl,-rpath,$ORIGIN -Wl,--enable-new-dtags
 * @run plain
 * @run deepbind stderr=is.loaded.with.RTLD_DEEPBIND
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	int flags = RTLD_NOW;

	if (argc > 1 && !strcmp(argv[1], "deepbind"))
		flags |= RTLD_DEEPBIND;
	for (int i = 0; i < 2; i++) {
		void *lib = dlopen("libloaded_lib.so", flags);
		void (*nest)(void);

		if (!lib) {
			fprintf(stderr, "%s\n", dlerror());
			return 1;
		}
		*(void **)&nest = dlsym(lib, "plugin_nest");
		nest();
		dlclose(lib);
	}
	return 0;
}
