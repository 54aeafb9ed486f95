package main

import (
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestDoctor(t *testing.T) {
	p := newProgram(t)
	var h health
	p.document(t, &h, "doctor")
	if h.Cores < 1 || h.Memory < 1<<28 || h.Kernel == "" || h.DataFree == 0 || len(h.Advice) == 0 {
		t.Errorf("got %+v", h)
	}
	chosen := slices.IndexFunc(h.Kernels, func(k kernelTier) bool { return k.Why == "" })
	if chosen < 0 || h.Kernels[chosen].Name != h.Kernel {
		t.Errorf("the kernels are %s; why: %+v", h.Kernel, h.Kernels)
	}
}

func TestKernelTiersSayWhy(t *testing.T) {
	for _, c := range []struct {
		arch        string
		flags, here []string
		want        []kernelTier
	}{
		{"amd64", []string{"avx2", "fma", "f16c", "avxvnni"}, []string{"avxvnni", "avx2", "generic"}, []kernelTier{
			{"avx512vnni", "processor and system don't offer avx512f, avx512bw, avx512dq, avx512vl, avx512vnni"}, {"avxvnni", ""}, {"avx2", ""}, {"generic", ""},
		}},
		{"arm64", []string{"neon", "dotprod"}, []string{"generic"}, []kernelTier{
			{"i8mm", "processor and system don't offer i8mm"}, {"dotprod", "this build leaves the assembly out"}, {"generic", ""},
		}},
		{"riscv64", nil, []string{"generic"}, []kernelTier{{"generic", ""}}},
	} {
		if diff := gocmp.Diff(c.want, kernelTiers(c.arch, c.flags, c.here)); diff != "" {
			t.Errorf("%s: %s", c.arch, diff)
		}
	}
}
