namespace Microsoft.ML.SimpleDiffusion.Tests.Options;

[TestClass]
public class StudentOptionsTests
{
    [TestMethod]
    public void Student_of_a_teacher_with_normal_draws_has_none_and_is_not_warned_of_them()
    {
        var teacher = new SimpleDiffusionOptions();
        (teacher.Diffusion.NoiseDraws, teacher.Diffusion.LogSnrMean, teacher.Diffusion.LogSnrDeviation, teacher.Diffusion.ScheduleDrawsFrom) = (NoiseDraws.Normal, -1, 1.6, 0.8);

        var student = StudentOptions.Create(new DistillationOptions(), teacher);

        Assert.AreEqual(NoiseDraws.Schedule, student.Diffusion.NoiseDraws);
        Assert.AreEqual(NoiseDraws.Normal, teacher.Diffusion.NoiseDraws);
        Assert.IsEmpty(OptionsInVain.Find(student));
    }
}
